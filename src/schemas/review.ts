/** Input of the reviewers' dashboard: forms and queries of browsers, in which an empty text stands for "not given". */
import * as z from 'zod';
import { CheckOutcome } from './check.ts';
import { prose, SLUG_PATTERN } from './common.ts';
import { REASONED_STATUSES, ReasonCode, Status } from './status.ts';

/** PocketBase walks through all the pages before the one it reads. */
export const QUEUE_PAGES = 200;

const blank = z.literal('').transform(() => undefined);

export const QueueQuery = z.object({
  status: z.enum(['review', ...Status.options]).catch('review'),
  partner: z.string().regex(SLUG_PATTERN).catch(''),
  /** Of the newest checks; '' for any, and for none. */
  outcome: z.enum(['', ...CheckOutcome.options]).catch(''),
  /** The worst outcome first, or by time. */
  order: z.enum(['', 'outcome']).catch(''),
  page: z.coerce.number().int().min(1).max(QUEUE_PAGES).catch(1),
});
export type QueueQuery = z.infer<typeof QueueQuery>;

export const NextForm = QueueQuery.pick({ partner: true, outcome: true, order: true });
export type NextForm = z.infer<typeof NextForm>;

export const FigureDays = z.coerce
  .number()
  .pipe(z.literal([7, 30, 90]))
  .catch(30);

export const DecisionForm = z
  .object({
    status: Status,
    expected_status: Status,
    expected_evidence: z.coerce.number().int().min(1),
    reason_code: z.union([blank, ReasonCode]).optional(),
    reason: z.union([blank, prose(1000)]).optional(),
    note: z.union([blank, prose(4000)]).optional(),
  })
  .refine(({ status, reason_code }) => reason_code || !REASONED_STATUSES.includes(status), {
    path: ['reason_code'],
    error: 'Choose a reason: the applicant and the partner are told',
  });
export type DecisionForm = z.infer<typeof DecisionForm>;

export const NoteForm = z.object({ text: prose(4000) });
export const LoginForm = z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(255) });
