import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { requirePartner } from '../auth/caller.ts';
import { isForm, profileForm, relayForm } from '../documents/request.ts';
import { BODY_PROBLEMS, endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import { ID } from '../http/paths.ts';
import { jsonBody, query, recordFirst } from '../http/validate.ts';
import { onePartner } from '../middleware/one-partner.ts';
import { reportFailure } from '../middleware/report-failure.ts';
import {
  CreatedProfile,
  CreateLinkBody,
  CreateProfileBody,
  Link,
  Profile,
  Profiles,
  ProfilesQuery,
  UpdateProfileBody,
} from '../schemas/profile.ts';
import { issueLink } from '../services/links.ts';
import {
  enrol,
  findProfile,
  findWritableProfile,
  listProfiles,
  presentProfile,
  profileUpload,
  readProfile,
  readUploaded,
  redact,
  renewLink,
  updateProfile,
} from '../services/profiles.ts';

export const profiles = new Hono<AppEnv>()
  .post(
    '/create',
    endpoint({
      id: 'createProfile',
      tag: 'Profiles',
      summary: 'Start the verification of an applicant',
      description:
        'The same applicant again (same partner, country, document type and document number) answers 200 with the existing `id` and a fresh link, and changes nothing stored. Internal keys name the partner in `x-partner`.',
      access: 'profiles:create',
      limiter: 'CREATE_LIMITER',
      answers: {
        201: { description: 'The profile was created', schema: CreatedProfile },
        200: { description: 'This applicant was known', schema: CreatedProfile },
      },
      problems: [...BODY_PROBLEMS, 'external_id_taken'],
    }),
    reportFailure('profile_creation_failed'),
    onePartner(),
    jsonBody(CreateProfileBody),
    async (c) => {
      const answer = await enrol(c.var.pb, requirePartner(c.var.caller), c.req.valid('json'));
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
    async (c) => c.json(await listProfiles(c.var.pb, c.var.caller, c.req.valid('query'))),
  )
  .get(
    `/${ID}`,
    endpoint({
      id: 'readProfile',
      tag: 'Profiles',
      summary: 'Read a profile with its latest status',
      access: 'profiles:read',
      answers: { 200: { description: 'The profile', schema: Profile } },
      problems: RECORD_PROBLEMS,
    }),
    async (c) => c.body(await readProfile(c.var.pb, c.req.param('id')), 200, { 'content-type': 'application/json' }),
  )
  .patch(
    `/${ID}`,
    endpoint({
      id: 'updateProfile',
      tag: 'Profiles',
      summary: 'Change fields of a profile',
      description:
        'As JSON, or as `multipart/form-data` with fields and document files in any order, streamed; an empty text field stands for `null`, `metadata` is JSON text.',
      requestBody: profileForm,
      access: 'profiles:write',
      answers: { 200: { description: 'The profile as it is now', schema: Profile } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'profile_locked', 'duplicate_applicant', 'external_id_taken'],
    }),
    recordFirst((c) => findWritableProfile(c.var.pb, c.var.caller, c.req.param('id'))),
    async (c, next) => {
      if (!isForm(c.req.raw)) return next();
      const { pb, caller } = c.var;
      const id = c.req.param('id');
      await findWritableProfile(pb, caller, id);
      const response = await relayForm(c.req.raw, profileUpload(pb, id));
      return c.json(presentProfile(await readUploaded(response), caller));
    },
    jsonBody(UpdateProfileBody),
    async (c) => {
      const { pb, caller } = c.var;
      return c.json(presentProfile(await updateProfile(pb, c.req.param('id'), c.req.valid('json')), caller));
    },
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
      problems: ['not_found'],
    }),
    async (c) => {
      await redact(c.var.pb, c.req.param('id'));
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
      answers: { 200: { description: 'The link', schema: Link } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS],
    }),
    recordFirst((c) => findProfile(c.var.pb, c.req.param('id'))),
    jsonBody(CreateLinkBody, { optional: true }),
    async (c) => {
      const now = Date.now();
      const answer = await renewLink(
        c.var.pb,
        c.req.param('id'),
        c.req.valid('json').revoke_previous ? new Date(now) : null,
      );
      const { id, status } = answer;
      return c.json({ id, status, ...(await linkFor(c, answer, now)) } satisfies Link);
    },
  );

function linkFor(c: Context<AppEnv>, answer: Parameters<typeof issueLink>[1], now = Date.now()) {
  return issueLink(c.var.runtime.settings, answer, { origin: new URL(c.req.url).origin, now });
}
