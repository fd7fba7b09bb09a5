/** What the reviewers' routes of our hooks answer. */
import * as z from 'zod';
import { CheckOutcome, ChecksSummary } from '../../schemas/check.ts';
import { DocumentType } from '../../schemas/document.ts';
import { Status } from '../../schemas/status.ts';
import { id, optional, text, time } from './common.ts';

const claim = { claimed_by: text, claimed_until: time };

export const ClaimAnswer = z.object(claim);
export const NextAnswer = z.object({ id: z.string().nullable() });

const QueueItem = z.object({
  id: z.string(),
  partner: z.string(),
  status: Status,
  full_name: z.string(),
  country: z.string(),
  document_type: DocumentType,
  since: time,
  checks_status: optional(ChecksSummary.shape.status),
  checks_outcome: optional(CheckOutcome),
  ...claim,
});
export type QueueItem = z.infer<typeof QueueItem>;

export const QueueAnswer = z.object({
  counts: z.record(Status, z.int()),
  page: z.int(),
  page_size: z.int(),
  partners: z.array(z.object({ slug: z.string(), name: z.string() })),
  items: z.array(QueueItem),
});
export type QueueAnswer = z.infer<typeof QueueAnswer>;

export const ReviewersAnswer = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

const DailyFigures = z.object({
  day: z.string(),
  pending: z.int(),
  approved: z.int(),
  rejected: z.int(),
  resubmission_requested: z.int(),
  median_seconds: z.number().nullable(),
});
export type DailyFigures = z.infer<typeof DailyFigures>;
export const DailyAnswer = z.object({ items: z.array(DailyFigures) });

export const ReviewerAnswer = z.object({ record: z.object({ id }) });

export const LoginAnswer = z.object({
  token: z.string(),
  record: z.object({ id: z.string(), name: z.string() }),
});

/** What was written since a place in the audit log; `all` when it was much. */
export const ChangesAnswer = z.object({ seq: z.int(), profiles: z.array(z.string()), all: z.boolean() });
export type ChangesAnswer = z.infer<typeof ChangesAnswer>;
