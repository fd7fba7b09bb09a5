import * as z from 'zod';
import type { Idempotency, PocketBaseClient } from '../pocketbase/client.ts';
import { decodeCursor, encodeCursor } from '../pocketbase/lists.ts';
import {
  ChecksAnswer,
  ClaimAnswer,
  LeaseAnswer,
  RoundAnswer,
  StateAnswer,
  WakeAnswer,
} from '../pocketbase/records/checks.ts';
import {
  CHECK_TYPES,
  type CheckResultBody,
  type ClaimChecksBody,
  type HeartbeatBody,
  type ReleaseBody,
} from '../schemas/check.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { DocumentKind } from '../schemas/document.ts';

const pathOf = (id: string) => `/api/edge/checks/${id}`;
const pathOfProfile = (id: string) => `/api/edge/profiles/${id}/checks`;

/** Where PocketBase streams what a check is about, while the caller holds it. */
export const pathOfInput = (id: string, kind: DocumentKind) => `${pathOf(id)}/documents/${kind}`;

/** A page of a profile's checks, the newest first. @throws ApiProblem `not_found`, `gone` */
export async function listChecks(pb: PocketBaseClient, id: string, { limit, cursor }: PageQuery) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const query = { limit: String(limit + 1), ...(after && { created: after.created, after: after.id }) };
  const { items, rounds_left } = await pb.call(ChecksAnswer, pathOfProfile(id), { query });
  const shown = items.slice(0, limit);
  const last = items.length > limit ? shown.at(-1) : undefined;
  return { items: shown, next_cursor: last ? encodeCursor(last) : null, rounds_left };
}

/** The newest round of a profile's checks, none before the first, and when a runner was last seen. @throws ApiProblem `not_found`, `gone` */
export async function readRound(pb: PocketBaseClient, id: string) {
  const { items, ...rest } = await pb.call(ChecksAnswer, pathOfProfile(id), {
    query: { limit: String(CHECK_TYPES.length) },
  });
  // One transaction writes a round, so its checks share their time.
  return { ...rest, checks: items.filter(({ created }) => created === items[0]?.created) };
}

/** Another round. @throws ApiProblem `profile_locked`, `rate_limited` after the last one of the day, `validation_failed` when the level asks for none */
export function checkAgain(pb: PocketBaseClient, id: string, idempotency?: Idempotency) {
  return pb.call(RoundAnswer, pathOfProfile(id), { method: 'POST', body: {}, idempotency });
}

/** Checks for a runner to do; none when nothing is due. */
export async function claimChecks(pb: PocketBaseClient, body: ClaimChecksBody) {
  return (await pb.call(ClaimAnswer, '/api/edge/checks/claim', { method: 'POST', body })).items;
}

/** @throws ApiProblem `not_found` (a check that the caller does not hold), `gone` */
export async function findCheck(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(z.object({ exists: z.literal(true) }), `${pathOf(id)}/exists`);
}

/** @throws ApiProblem `not_found`, `gone`, `status_conflict` for an attempt that is over; and so do the next two */
export function extendLease(pb: PocketBaseClient, id: string, body: z.infer<typeof HeartbeatBody>) {
  return pb.call(LeaseAnswer, `${pathOf(id)}/heartbeat`, { method: 'POST', body });
}

export function reportResult(pb: PocketBaseClient, id: string, body: CheckResultBody) {
  return pb.call(StateAnswer, `${pathOf(id)}/result`, { method: 'POST', body });
}

export function releaseCheck(pb: PocketBaseClient, id: string, body: z.infer<typeof ReleaseBody>) {
  return pb.call(StateAnswer, `${pathOf(id)}/release`, { method: 'POST', body });
}

/** @param callback of a vendor, verified */
export async function wakeCheck(
  pb: PocketBaseClient,
  callback: { provider: string; event: string; external_ref: string },
): Promise<void> {
  await pb.call(WakeAnswer, '/api/edge/checks/callbacks', { method: 'POST', body: callback });
}
