import type { PocketBaseClient } from '../pocketbase/client.ts';
import { IdAnswer } from '../pocketbase/records/keys.ts';
import { ReviewedProfile } from '../pocketbase/records/profiles.ts';
import {
  ClaimAnswer,
  DailyAnswer,
  LoginAnswer,
  NextAnswer,
  QueueAnswer,
  ReviewersAnswer,
} from '../pocketbase/records/review.ts';
import { parseAnswer } from '../pocketbase/upstream.ts';
import type { NextForm, QueueQuery } from '../schemas/review.ts';
import { FINAL_STATUSES, REVIEW_STATUSES } from '../schemas/status.ts';
import { readRound } from './checks.ts';
import { newestNotes } from './notes.ts';
import { readProfile } from './profiles.ts';
import { newestHistory } from './status-history.ts';

/** Nobody reads more of one profile's history or notes on one page. */
const SHOWN_ROWS = 500;

/** `null` when the password is not right or the account not active. */
export function logIn(pb: PocketBaseClient, { email, password }: { email: string; password: string }) {
  const body = { identity: email, password };
  return pb.logIn(LoginAnswer, '/api/collections/reviewers/auth-with-password', body);
}

/** Ends all sessions and tokens of the calling reviewer, wherever they were copied to: elsewhere within the 30 s that a token is remembered. */
export async function logOut(pb: PocketBaseClient, id: string): Promise<void> {
  await pb.call(IdAnswer, `/api/edge/reviewers/${id}/logout`, { method: 'POST', body: {} });
}

export function readQueue(
  pb: PocketBaseClient,
  { status, partner, outcome, order, page }: QueueQuery,
): Promise<QueueAnswer> {
  const statuses = status === 'review' ? REVIEW_STATUSES : [status];
  const byTime = statuses.some((one) => FINAL_STATUSES.includes(one)) ? 'newest' : 'oldest';
  return pb.call(QueueAnswer, '/api/edge/queue', {
    query: { status: statuses.join(), partner, outcome, page: String(page), order: order || byTime },
  });
}

/** Claims the first of the profiles to review that nobody has claimed, in the order asked for; `null` when there is none. */
export async function takeNext(pb: PocketBaseClient, { partner, outcome, order }: NextForm): Promise<string | null> {
  const body = { status: REVIEW_STATUSES.join(), partner, outcome, order: order || 'oldest' };
  return (await pb.call(NextAnswer, '/api/edge/queue/next', { method: 'POST', body })).id;
}

/** Names of reviewers by their id, those who are no longer active included. */
export async function readReviewers(pb: PocketBaseClient): Promise<Map<string, string>> {
  const { items } = await pb.call(ReviewersAnswer, '/api/edge/reviewers');
  return new Map(items.map(({ id, name }) => [id, name]));
}

export async function readDaily(pb: PocketBaseClient, days: number) {
  return (await pb.call(DailyAnswer, '/api/edge/metrics/daily', { query: { days: String(days) } })).items;
}

/** @throws ApiProblem `not_found`, `gone` */
export async function readCase(pb: PocketBaseClient, id: string) {
  // The first call goes alone: after an outage it may be the breaker's one probe, and calls at the same time would fail.
  const record = parseAnswer(ReviewedProfile, JSON.parse(await readProfile(pb, id)));
  const [round, history, notes, reviewers] = await Promise.all([
    readRound(pb, id),
    newestHistory(pb, id, SHOWN_ROWS),
    newestNotes(pb, id, SHOWN_ROWS),
    readReviewers(pb),
  ]);
  return { record, round, history, notes, reviewers };
}
export type Case = Awaited<ReturnType<typeof readCase>>;

/** Claims the profile for the calling reviewer, for ten minutes, unless another reviewer's claim holds. */
export function claimProfile(pb: PocketBaseClient, id: string) {
  return pb.call(ClaimAnswer, `/api/edge/profiles/${id}/claim`, { method: 'POST', body: {} });
}

export function releaseProfile(pb: PocketBaseClient, id: string) {
  return pb.call(ClaimAnswer, `/api/edge/profiles/${id}/release`, { method: 'POST', body: {} });
}

interface Claim {
  claimed_by: string | null;
  claimed_until: string | null;
}

export function isClaimed({ claimed_by, claimed_until }: Claim, now: number): boolean {
  return claimed_by !== null && Date.parse(claimed_until ?? '') > now;
}

export function isClaimedByAnother(claim: Claim, reviewerId: string, now: number): boolean {
  return isClaimed(claim, now) && claim.claimed_by !== reviewerId;
}
