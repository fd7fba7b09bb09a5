import * as z from 'zod';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { RedactedRecord, StatusAnswer } from '../pocketbase/records.ts';
import {
  ClaimAnswer,
  DailyAnswer,
  LoginAnswer,
  QueueAnswer,
  ReviewersAnswer,
  ReviewRecord,
} from '../pocketbase/review-records.ts';
import type { DecisionForm, QueueQuery } from '../schemas/review.ts';
import { ARCHIVE_STATUSES, REVIEW_STATUSES } from '../schemas/review.ts';
import { listHistory, listNotes } from './status-history.ts';

const PAGE_LIMIT = 100;
/** 500 rows: nobody reads more of one profile on one page. */
const MAX_PAGES = 5;

/** `null` when the password is not right or the account not active. */
export function logIn(pb: PocketBaseClient, { email, password }: { email: string; password: string }) {
  const body = { identity: email, password };
  return pb.logIn(LoginAnswer, '/api/collections/reviewers/auth-with-password', body);
}

export function readQueue(pb: PocketBaseClient, { status, partner, page }: QueueQuery): Promise<QueueAnswer> {
  const statuses = status === 'review' ? REVIEW_STATUSES : [status];
  const order = statuses.some((one) => ARCHIVE_STATUSES.includes(one)) ? 'newest' : 'oldest';
  return pb.call(QueueAnswer, '/api/edge/queue', {
    query: { status: statuses.join(), partner, page: String(page), order },
  });
}

/** The profile that has waited longest and that nobody else works on. */
export async function findNext(pb: PocketBaseClient, reviewerId: string, now: number): Promise<string | null> {
  const { items } = await readQueue(pb, { status: 'review', partner: '', page: 1 });
  return items.find((item) => !isClaimedByAnother(item, reviewerId, now))?.id ?? null;
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
  const [record, history, notes, reviewers] = await Promise.all([
    pb.call(z.union([RedactedRecord, ReviewRecord]), `/api/collections/profiles/records/${id}`, {
      query: { expand: 'latest_status' },
    }),
    allOf((cursor) => listHistory(pb, id, { limit: PAGE_LIMIT, cursor })),
    allOf((cursor) => listNotes(pb, id, { limit: PAGE_LIMIT, cursor })),
    readReviewers(pb),
  ]);
  if ('redacted_at' in record) throw new ApiProblem('gone');
  return { record, history, notes, reviewers };
}
export type Case = Awaited<ReturnType<typeof readCase>>;

async function allOf<T>(read: (cursor?: string) => Promise<{ items: T[]; next_cursor: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, next_cursor } = await read(cursor);
    all.push(...items);
    if (next_cursor === null) break;
    cursor = next_cursor;
  }
  return all;
}

/** Ten minutes for the calling reviewer, unless another one was first. */
export function claimProfile(pb: PocketBaseClient, id: string) {
  return pb.call(ClaimAnswer, `/api/edge/profiles/${id}/claim`, { method: 'POST', body: {} });
}

export function releaseProfile(pb: PocketBaseClient, id: string) {
  return pb.call(ClaimAnswer, `/api/edge/profiles/${id}/release`, { method: 'POST', body: {} });
}

/** @throws ApiProblem `status_conflict` when the status is not the expected one, or (with `claimed_by`) another reviewer's claim holds */
export function decide(pb: PocketBaseClient, id: string, { status, ...reasons }: DecisionForm) {
  const body = { to: status, ...reasons, respect_claim: true };
  return pb.call(StatusAnswer, `/api/edge/profiles/${id}/status`, { method: 'POST', body });
}

interface Claim {
  claimed_by: string | null;
  claimed_until: string;
}

export function isClaimed({ claimed_by, claimed_until }: Claim, now: number): boolean {
  return claimed_by !== null && Date.parse(claimed_until) > now;
}

export function isClaimedByAnother(claim: Claim, reviewerId: string, now: number): boolean {
  return isClaimed(claim, now) && claim.claimed_by !== reviewerId;
}
