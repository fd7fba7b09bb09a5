import { type Context, Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-env.ts';
import { checkScope, requirePartner } from '../auth/caller.ts';
import { isForm, relayForm } from '../documents/request.ts';
import { BODY_PROBLEMS, endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import { answerTagged, ETAG_HEADER } from '../http/entity-tag.ts';
import { ID } from '../http/paths.ts';
import { publicOrigin } from '../http/public-url.ts';
import { profileForm } from '../http/upload.ts';
import { jsonBody, noFields, query } from '../http/validate.ts';
import { ApiProblem } from '../lib/problem.ts';
import { onePartner } from '../middleware/one-partner.ts';
import { reportFailure } from '../middleware/report-failure.ts';
import {
  CreatedProfile,
  CreateLinkBody,
  CreateProfileBody,
  FoundProfiles,
  LegalHold,
  Link,
  Profile,
  Profiles,
  ProfilesQuery,
  SearchProfilesBody,
  SubmitProfileBody,
  SubmittedProfile,
  UpdatedBrief,
  UpdatedProfile,
  UpdateProfileBody,
} from '../schemas/profile.ts';
import { formOf } from '../services/documents.ts';
import { issueLink } from '../services/links.ts';
import {
  enrol,
  findOpenProfile,
  findProfile,
  holdProfile,
  listProfiles,
  readProfile,
  redact,
  renewLink,
  searchProfiles,
  submit,
  updateProfile,
} from '../services/profiles.ts';

/** A partner's key may erase, but a hold is for the operator to set. */
const operatorOnly = createMiddleware<AppEnv>(async function operatorOnly(c, next) {
  if (c.get('caller').type !== 'service') throw new ApiProblem('forbidden', 'A legal hold is the operator’s');
  await next();
});

export const profiles = new Hono<AppEnv>()
  .post(
    '/create',
    endpoint({
      id: 'createProfile',
      tag: 'Profiles',
      summary: 'Start the verification of an applicant',
      description:
        'The same applicant again (same partner, country, document type and document number) answers 200 with the existing `id` and a fresh link, and changes nothing stored. Under another name or date of birth it is refused as `applicant_mismatch`, ten times an hour at most; under another level as `level_differs`, which an update of `level` mends. Internal keys name the partner in `x-partner`.',
      access: 'profiles:create',
      limiter: 'CREATE_LIMITER',
      answers: {
        201: { description: 'The profile was created', schema: CreatedProfile },
        200: { description: 'This applicant was known', schema: CreatedProfile },
      },
      problems: [...BODY_PROBLEMS, 'external_id_taken', 'applicant_mismatch', 'level_differs'],
    }),
    reportFailure('profile_creation_failed'),
    onePartner(),
    jsonBody(CreateProfileBody),
    async (c) => {
      const answer = await enrol(c.get('pb'), requirePartner(c.get('caller')), c.req.valid('json'));
      const { id, status, created } = answer;
      return c.json(
        { id, status, created, ...(await linkFor(c, answer)) } satisfies CreatedProfile,
        created ? 201 : 200,
      );
    },
  )
  .get(
    '/',
    endpoint({
      id: 'listProfiles',
      tag: 'Profiles',
      summary: 'List profiles, newest first',
      description:
        'A profile that is added or changed while you page through moves no other. Erased ones are left out.',
      access: 'profiles:read',
      answers: { 200: { description: 'A page of profiles', schema: Profiles } },
      problems: ['validation_failed'],
    }),
    query(ProfilesQuery),
    async (c) => c.json(await listProfiles(c.get('pb'), c.get('caller'), c.req.valid('query'))),
  )
  .post(
    '/search',
    endpoint({
      id: 'searchProfiles',
      tag: 'Profiles',
      summary: 'Search profiles by name, document number, contact or your own identifier, newest first',
      description:
        'In a body, as no personal value stands in a URL. A page looks at 2,000 names at most: where none of many is meant, add a word.',
      access: 'profiles:read',
      answers: { 200: { description: 'A page of profiles', schema: FoundProfiles } },
      problems: BODY_PROBLEMS,
    }),
    jsonBody(SearchProfilesBody),
    async (c) => c.json(await searchProfiles(c.get('pb'), c.get('caller'), c.req.valid('json'))),
  )
  .get(
    `/${ID}`,
    endpoint({
      id: 'readProfile',
      tag: 'Profiles',
      summary: 'Read a profile with its latest status',
      description: 'With the `ETag` of an earlier answer in `If-None-Match`: 304 while nothing of it has changed.',
      access: 'profiles:read',
      answers: {
        200: { description: 'The profile', schema: Profile, headers: ETAG_HEADER },
        304: { description: 'Not modified', headers: ETAG_HEADER },
      },
      problems: RECORD_PROBLEMS,
    }),
    async (c) => answerTagged(c, await readProfile(c.get('pb'), c.req.param('id'))),
  )
  .patch(
    `/${ID}`,
    endpoint({
      id: 'updateProfile',
      tag: 'Profiles',
      summary: 'Change fields of a profile',
      description:
        'As JSON, or as `multipart/form-data` with fields and document files in any order, streamed; an empty text field stands for `null`, `metadata` is JSON text. `level` moves the profile to the newest version of that name, while it is open. Files need `documents:write` as well.',
      requestBody: profileForm,
      access: 'profiles:write',
      record: (pb, id) => findOpenProfile(pb, id),
      answers: {
        200: {
          description: 'The profile as it is now; without `profiles:read` three members of it',
          schema: UpdatedProfile,
        },
      },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'profile_locked', 'duplicate_applicant', 'external_id_taken'],
    }),
    async (c, next) => {
      if (!isForm(c.req.raw)) return next();
      const pb = c.get('pb');
      const id = c.req.param('id');
      await findOpenProfile(pb, id);
      const checkFiles = () => checkScope(c.get('caller'), 'documents:write');
      const response = await relayForm(c.req.raw, formOf(pb, id, 'form'), checkFiles);
      return answerUpdated(c, await response.text());
    },
    jsonBody(UpdateProfileBody),
    async (c) => answerUpdated(c, await updateProfile(c.get('pb'), c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `/${ID}`,
    endpoint({
      id: 'redactProfile',
      tag: 'Profiles',
      summary: 'Erase the personal data and documents of a profile',
      description:
        'Id, statuses and times stay. Afterwards every route of the profile but its history answers 410, and the same document may enrol again. Erased already: 204.',
      access: 'profiles:redact',
      answers: { 204: { description: 'Erased' } },
      problems: ['not_found', 'profile_locked'],
    }),
    async (c) => {
      await redact(c.get('pb'), c.req.param('id'));
      return c.body(null, 204);
    },
  )
  .post(
    `/${ID}/submit`,
    endpoint({
      id: 'submitProfile',
      tag: 'Profiles',
      summary: 'Hand the documents in for review, in the place of the applicant',
      description:
        'Needs every required document: 422 with a pointer per missing kind. Where the level asks consent and you have asked the applicant yourself, name it in `consent`; without any: 422 `/consent`. Already pending: 200, no status changes.',
      access: 'documents:write',
      record: findProfile,
      answers: { 200: { description: 'The profile is pending', schema: SubmittedProfile } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'illegal_transition', 'profile_locked'],
    }),
    reportFailure('status_change_failed'),
    jsonBody(SubmitProfileBody, { optional: true }),
    async (c) => {
      const id = c.req.param('id');
      await submit(c.get('pb'), id, c.req.valid('json'));
      return c.json({ id, status: 'pending' as const });
    },
  )
  .put(
    `/${ID}/legal_hold`,
    endpoint({
      id: 'beginLegalHold',
      tag: 'Profiles',
      summary: 'Keep a profile from being erased',
      description: 'Until the hold ends neither a request nor `retention_days` erases it.',
      access: 'profiles:redact',
      record: findProfile,
      answers: { 200: { description: 'It is held', schema: LegalHold } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS],
    }),
    operatorOnly,
    noFields(),
    async (c) => {
      await holdProfile(c.get('pb'), c.req.param('id'), true);
      return c.json({ legal_hold: true as const });
    },
  )
  .delete(
    `/${ID}/legal_hold`,
    endpoint({
      id: 'endLegalHold',
      tag: 'Profiles',
      summary: 'End a legal hold',
      access: 'profiles:redact',
      answers: { 204: { description: 'It is held no more' } },
      problems: RECORD_PROBLEMS,
    }),
    operatorOnly,
    async (c) => {
      await holdProfile(c.get('pb'), c.req.param('id'), false);
      return c.body(null, 204);
    },
  )
  .post(
    `/${ID}/link`,
    endpoint({
      id: 'createLink',
      tag: 'Profiles',
      summary: 'Issue a fresh link for the applicant',
      access: 'profiles:create',
      record: findProfile,
      answers: { 200: { description: 'The link', schema: Link } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'applicant_mismatch'],
    }),
    jsonBody(CreateLinkBody, { optional: true }),
    async (c) => {
      const now = Date.now();
      const { revoke_previous, confirm_mismatch } = c.req.valid('json');
      const answer = await renewLink(c.get('pb'), c.req.param('id'), {
        validAfter: revoke_previous ? new Date(now) : null,
        confirmMismatch: confirm_mismatch === true,
      });
      const { id, status } = answer;
      return c.json({ id, status, ...(await linkFor(c, answer, now)) } satisfies Link);
    },
  );

/** Not everybody who may write may read. */
function answerUpdated(c: Context<AppEnv>, profile: string) {
  const text = c.get('caller').scopes.has('profiles:read')
    ? profile
    : JSON.stringify(UpdatedBrief.parse(JSON.parse(profile)));
  return c.body(text, 200, { 'content-type': 'application/json' });
}

function linkFor(c: Context<AppEnv>, answer: Parameters<typeof issueLink>[1], now = Date.now()) {
  return issueLink(c.get('runtime').settings, answer, { origin: publicOrigin(c), now });
}
