import { type Caller, seesPrivate } from '../auth/caller.ts';
import type { Idempotency, PocketBaseClient } from '../pocketbase/client.ts';
import { listBySequence, newestBySequence } from '../pocketbase/lists.ts';
import { StatusAnswer, StatusRow } from '../pocketbase/records/status-history.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { ChangeStatusBody, StatusChange } from '../schemas/status.ts';

const historyOf = (id: string) => `profile = "${id}"`;

/**
 * Moves the profile. `changed` is false when the profile is in that status already.
 * @param body with `respect_claim`, another reviewer's claim is a conflict while it holds
 * @throws ApiProblem `status_conflict` when the status is not the expected one, or (with the member `claimed_by`) for that claim
 */
export function changeStatus(
  pb: PocketBaseClient,
  id: string,
  { status, ...body }: ChangeStatusBody & { respect_claim?: boolean },
  idempotency?: Idempotency,
) {
  const path = `/api/edge/profiles/${id}/status`;
  return pb.call(StatusAnswer, path, { method: 'POST', body: { to: status, ...body }, idempotency });
}

export function listHistory(pb: PocketBaseClient, id: string, query: PageQuery) {
  return listBySequence(pb, 'status_history', StatusRow, historyOf(id), query);
}

export function newestHistory(pb: PocketBaseClient, id: string, limit: number) {
  return newestBySequence(pb, 'status_history', StatusRow, historyOf(id), limit);
}

/** A partner never sees private notes and who acted. */
export function presentChange({ seq: _, note, actor_id, ...row }: StatusRow, caller: Caller): StatusChange {
  const isByPolicy = row.actor_type === 'system' && actor_id?.startsWith('policy:') === true;
  const shown = { ...row, decided_by: isByPolicy ? ('policy' as const) : null };
  return seesPrivate(caller) ? { ...shown, note, actor_id } : shown;
}
