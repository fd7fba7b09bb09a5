import * as z from 'zod';
import type { Caller } from '../auth/caller.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { decodeCursor, encodeCursor, listNewestFirst, pocketBaseTime } from '../pocketbase/lists.ts';
import {
  ApplicantAnswer,
  ConsentAnswer,
  EnrolAnswer,
  HoldAnswer,
  LinkAnswer,
  PROFILE_COLUMNS,
  ProfileRecord,
  RedactAnswer,
  SearchAnswer,
  SubmitAnswer,
} from '../pocketbase/records/profiles.ts';
import type { DocumentKind } from '../schemas/document.ts';
import type { GiveConsentBody } from '../schemas/level.ts';
import type {
  Applicant,
  CreateProfileBody,
  ProfileSummary,
  ProfilesQuery,
  SearchProfilesBody,
  SubmitProfileBody,
  UpdateProfileBody,
} from '../schemas/profile.ts';

const pathOf = (id: string) => `/api/edge/profiles/${id}`;

/** Creates the profile, or finds the one of the same applicant, in one round trip: PocketBase's unique index decides. */
export function enrol(pb: PocketBaseClient, partner: string, body: CreateProfileBody) {
  return pb.call(EnrolAnswer, '/api/edge/profiles', { method: 'POST', body: { ...body, partner } });
}

/** The profile as the API answers it, in JSON. @throws ApiProblem `not_found` (another partner's too), `gone` */
export function readProfile(pb: PocketBaseClient, id: string): Promise<string> {
  return pb.text(pathOf(id));
}

/** Changes fields. @returns the profile as it is now, in JSON @throws ApiProblem `profile_locked`, `duplicate_applicant`, `external_id_taken` */
export function updateProfile(pb: PocketBaseClient, id: string, body: UpdateProfileBody): Promise<string> {
  return pb.text(pathOf(id), { method: 'PATCH', body });
}

/** @throws ApiProblem `not_found` (another partner's too), `gone`, `unauthenticated` (an applicant whose link was revoked) */
export async function findProfile(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(z.object({ exists: z.literal(true) }), `${pathOf(id)}/exists`);
}

/**
 * @param kind of a document that is about to be supplied
 * @throws ApiProblem `not_found`, `gone`, `profile_locked`, `unauthenticated` (a revoked link), `validation_failed` (nobody asked for the kind)
 */
export async function findOpenProfile(pb: PocketBaseClient, id: string, kind?: DocumentKind): Promise<void> {
  await pb.call(z.object({ open: z.literal(true) }), `${pathOf(id)}/open`, { ...(kind && { query: { kind } }) });
}

/** The filter names the caller's partner, though PocketBase's rule shows no others: with the rule alone SQLite uses no index. */
export async function listProfiles(pb: PocketBaseClient, caller: Caller, query: ProfilesQuery) {
  const { status, external_id, updated_after, created_after, level, outcome, partner, ...page } = query;
  checkPartnerFilter(caller, partner);
  return listNewestFirst(pb, 'profiles', ProfileRecord, page, {
    fields: PROFILE_COLUMNS,
    conditions: [
      ['partner', '=', caller.partner],
      ['partner', '=', partner],
      ['status', '=', status],
      ['external_id', '=', external_id],
      ['checks_outcome', '=', outcome],
      ['level_name', '=', level],
      ['updated', '>', pocketBaseTime(updated_after)],
      // SQLite takes a range with one bound for most of the table, and walks the list: with two it uses the index.
      ['updated', '<', updated_after && '9999'],
      ['created', '>', pocketBaseTime(created_after)],
      ['redacted_at', '=', ''],
    ],
  }) satisfies Promise<{ items: ProfileSummary[]; next_cursor: string | null }>;
}

/** In a body, as no personal value stands in a URL. @throws ApiProblem `validation_failed` for words that are too short or too many */
export async function searchProfiles(pb: PocketBaseClient, caller: Caller, body: SearchProfilesBody) {
  checkPartnerFilter(caller, body.partner);
  const { cursor, updated_after, created_after, ...asked } = body;
  const { items, next, truncated } = await pb.call(SearchAnswer, '/api/edge/search', {
    method: 'POST',
    body: {
      ...asked,
      updated_after: pocketBaseTime(updated_after),
      created_after: pocketBaseTime(created_after),
      after: cursor && decodeCursor(cursor),
    },
  });
  return { items: items satisfies ProfileSummary[], next_cursor: next && encodeCursor(next), truncated };
}

function checkPartnerFilter(caller: Caller, partner: string | undefined): void {
  if (partner === undefined || caller.type === 'service') return;
  throw new ApiProblem('invalid_request', 'The filter `partner` is for internal keys only');
}

/** Erases what is personal. An erased profile stays as it is. @throws ApiProblem `not_found`, `profile_locked` (a legal hold) */
export async function redact(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(RedactAnswer, `${pathOf(id)}/redact`, { method: 'POST', body: {} });
}

/** While a legal hold lasts, nothing erases the profile. @throws ApiProblem `not_found`, `gone` */
export async function holdProfile(pb: PocketBaseClient, id: string, isHeld: boolean): Promise<void> {
  await pb.call(HoldAnswer, `${pathOf(id)}/hold`, { method: 'POST', body: { legal_hold: isHeld } });
}

/** For review, in the applicant's place or by the applicant. @throws ApiProblem `validation_failed` naming what is missing, `illegal_transition` */
export async function submit(pb: PocketBaseClient, id: string, body: SubmitProfileBody = {}): Promise<void> {
  await pb.call(SubmitAnswer, `${pathOf(id)}/submit`, { method: 'POST', body });
}

/** Keeps the applicant's own consent. @throws ApiProblem `validation_failed` (another version), `profile_locked` */
export async function giveConsent(pb: PocketBaseClient, id: string, body: GiveConsentBody): Promise<void> {
  await pb.call(ConsentAnswer, `${pathOf(id)}/consent`, { method: 'POST', body });
}

/** What the calling applicant may know. @throws ApiProblem `gone`, `unauthenticated` (a revoked link) */
export function findApplicant(pb: PocketBaseClient): Promise<Applicant> {
  return pb.call(ApplicantAnswer, '/api/edge/applicant');
}

/** What a link needs to know. @param validAfter every link that was issued before it ends @throws ApiProblem `applicant_mismatch` */
export function renewLink(
  pb: PocketBaseClient,
  id: string,
  { validAfter, confirmMismatch }: { validAfter: Date | null; confirmMismatch: boolean },
): Promise<LinkAnswer> {
  const body = { ...(validAfter && { valid_after: validAfter.toISOString() }), confirm_mismatch: confirmMismatch };
  return pb.call(LinkAnswer, `${pathOf(id)}/link`, { method: 'POST', body });
}
