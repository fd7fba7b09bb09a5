import * as z from 'zod';
import { type Caller, isBoundByLock } from '../auth/caller.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst, pocketBaseTime } from '../pocketbase/lists.ts';
import {
  EnrolAnswer,
  LinkAnswer,
  ProfileRecord,
  RedactAnswer,
  RedactedRecord,
} from '../pocketbase/records/profiles.ts';
import { parseAnswer } from '../pocketbase/upstream.ts';
import { DOCUMENT_KINDS, type DocumentKind, replacedFor, requiredDocuments } from '../schemas/document.ts';
import type {
  Applicant,
  CreateProfileBody,
  Profile,
  ProfileSummary,
  ProfilesQuery,
  UpdateProfileBody,
} from '../schemas/profile.ts';
import { OPEN_STATUSES } from '../schemas/status.ts';
import { presentChange } from './status-history.ts';

const RECORDS = '/api/collections/profiles/records';
const SummaryRecord = ProfileRecord.omit({
  expand: true,
  document_front_meta: true,
  document_back_meta: true,
  facial_photo_meta: true,
  facial_video_meta: true,
});
const EXPAND = { expand: 'latest_status' };

/** Creates the profile, or finds the one of the same applicant, in one round trip: PocketBase's unique index decides. */
export function enrol(pb: PocketBaseClient, partner: string, body: CreateProfileBody) {
  return pb.call(EnrolAnswer, '/api/edge/profiles', { method: 'POST', body: { ...body, partner } });
}

/** The profile as the API answers it, in JSON. @throws ApiProblem `not_found` (another partner's too), `gone` */
export function readProfile(pb: PocketBaseClient, id: string): Promise<string> {
  return pb.text(`/api/edge/profiles/${id}`);
}

/** @throws ApiProblem `not_found` (another partner's too), `gone`, `unauthenticated` (an applicant whose link was revoked) */
export async function findProfile(pb: PocketBaseClient, id: string): Promise<ProfileRecord> {
  const record = await pb.call(z.union([RedactedRecord, ProfileRecord]), `${RECORDS}/${id}`, { query: EXPAND });
  if ('redacted_at' in record) throw new ApiProblem('gone');
  return record;
}

/** @throws ApiProblem `not_found`, `gone`, `profile_locked`, `unauthenticated` (a revoked link) */
export async function findWritableProfile(pb: PocketBaseClient, caller: Caller, id: string): Promise<ProfileRecord> {
  const record = await findProfile(pb, id);
  if (isBoundByLock(caller) && !OPEN_STATUSES.includes(record.status)) throw new ApiProblem('profile_locked');
  return record;
}

/** The filter names the caller's partner, though PocketBase's rule shows no others: with the rule alone SQLite uses no index. */
export async function listProfiles(pb: PocketBaseClient, caller: Caller, query: ProfilesQuery) {
  const { status, external_id, updated_after, partner, ...page } = query;
  if (partner && caller.type !== 'service') {
    throw new ApiProblem('invalid_request', 'The filter `partner` is for internal keys only');
  }
  return listNewestFirst(pb, 'profiles', SummaryRecord, page, {
    fields: Object.keys(SummaryRecord.shape),
    conditions: [
      ['partner', '=', caller.partner],
      ['partner', '=', partner],
      ['status', '=', status],
      ['external_id', '=', external_id],
      ['updated', '>', pocketBaseTime(updated_after)],
      // SQLite takes a range with one bound for most of the table, and walks the list: with two it uses the index.
      ['updated', '<', updated_after && '9999'],
      ['redacted_at', '=', ''],
    ],
  }) satisfies Promise<{ items: ProfileSummary[]; next_cursor: string | null }>;
}

/** Erases what is personal. An erased profile stays as it is. @throws ApiProblem `not_found` */
export async function redact(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(RedactAnswer, `/api/edge/profiles/${id}/redact`, { method: 'POST', body: {} });
}

export async function findApplicant(pb: PocketBaseClient, caller: Caller): Promise<Applicant> {
  const record = await findProfile(pb, caller.id);
  return presentApplicant(record);
}

export async function updateProfile(pb: PocketBaseClient, id: string, body: UpdateProfileBody): Promise<ProfileRecord> {
  return pb.call(ProfileRecord, `${RECORDS}/${id}`, { method: 'PATCH', query: EXPAND, body });
}

/** Sends a streamed form to PocketBase, as an update of the profile. */
export function profileUpload(pb: PocketBaseClient, id: string) {
  const path = `${RECORDS}/${id}?${new URLSearchParams(EXPAND)}`;
  return (body: ReadableStream<Uint8Array>, contentType: string, signal: AbortSignal) =>
    pb.upload(path, { headers: { 'content-type': contentType }, body, signal });
}

export async function readUploaded(response: Response): Promise<ProfileRecord> {
  return parseAnswer(ProfileRecord, await response.json().catch(() => null));
}

/** What a new link needs to know. With `validAfter`, every link that was issued before ends. */
export function renewLink(pb: PocketBaseClient, id: string, validAfter: Date | null): Promise<LinkAnswer> {
  const body = validAfter ? { valid_after: validAfter.toISOString() } : {};
  return pb.call(LinkAnswer, `/api/edge/profiles/${id}/link`, { method: 'POST', body });
}

export function presentProfile(record: ProfileRecord, caller: Caller): Profile {
  const { expand, ...rest } = record;
  const { document_front_meta, document_back_meta, facial_photo_meta, facial_video_meta, ...fields } = rest;
  return {
    ...fields,
    latest_status: presentChange(expand.latest_status, caller),
    documents: Object.fromEntries(
      DOCUMENT_KINDS.map((kind) => [kind, documentOf(record, kind)]),
    ) as Profile['documents'],
  };
}

export function documentOf(record: ProfileRecord, kind: DocumentKind) {
  const meta = record[`${kind}_meta`];
  if (!meta) return null;
  const { uploaded: _, ...facts } = meta;
  return { kind, ...facts };
}

function presentApplicant(record: ProfileRecord): Applicant {
  const { id, status, locale, document_type, expand } = record;
  const required = requiredDocuments(document_type);
  const { reason, reason_code, created } = expand.latest_status;
  const again = status === 'resubmission_requested' ? replacedFor(reason_code) : [];
  const isMissing = (kind: DocumentKind) => {
    const meta = record[`${kind}_meta`];
    return !meta || (again.includes(kind) && (meta.uploaded ?? '') < created);
  };
  return {
    id,
    status,
    locale,
    document_type,
    required,
    missing: required.filter(isMissing),
    reason: reason ?? reason_code,
  };
}
