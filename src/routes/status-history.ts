import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import type { Caller } from '../auth/caller.ts';
import { BODY_PROBLEMS, endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import {
  IDEMPOTENCY_PROBLEMS,
  idempotencyKey,
  idempotencyOf,
  idempotencyParameters,
  markReplayed,
  REPLAYED_HEADER,
} from '../http/idempotency.ts';
import { ID } from '../http/paths.ts';
import { afterRecord, jsonBody, query } from '../http/validate.ts';
import { invalidField } from '../lib/validation-problem.ts';
import { reportFailure } from '../middleware/report-failure.ts';
import { PageQuery } from '../schemas/common.ts';
import { ChangeStatusBody, StatusChange, StatusHistory } from '../schemas/status.ts';
import { findProfile } from '../services/profiles.ts';
import { changeStatus, listHistory, presentChange } from '../services/status-history.ts';

export const statusHistory = new Hono<AppEnv>()
  .get(
    `/${ID}`,
    endpoint({
      id: 'readStatusHistory',
      tag: 'Profiles',
      summary: 'Read how the status came about, oldest first',
      access: 'profiles:read',
      record: findProfile,
      answers: { 200: { description: 'A page of the history', schema: StatusHistory } },
      problems: ['not_found', 'validation_failed'],
    }),
    query(PageQuery),
    async (c) => {
      const id = c.req.param('id');
      const { items, next_cursor } = await listHistory(c.get('pb'), id, c.req.valid('query'));
      // Every profile has a first row. Where there is none, the profile does not exist or belongs to another partner.
      if (items.length === 0) await findProfile(c.get('pb'), id);
      return c.json({ items: items.map((row) => presentChange(row, c.get('caller'))), next_cursor });
    },
  )
  .post(
    `/${ID}`,
    endpoint({
      id: 'changeStatus',
      tag: 'Review',
      summary: 'Decide, or move the profile along',
      description: 'The same status again changes nothing and answers 200 with the newest row.',
      access: 'status:write',
      record: findProfile,
      parameters: idempotencyParameters,
      answers: {
        201: { description: 'The new row of the history', schema: StatusChange, headers: REPLAYED_HEADER },
        200: { description: 'The profile was in this status already', schema: StatusChange, headers: REPLAYED_HEADER },
      },
      problems: [
        ...RECORD_PROBLEMS,
        ...BODY_PROBLEMS,
        ...IDEMPOTENCY_PROBLEMS,
        'illegal_transition',
        'status_conflict',
        'evidence_changed',
      ],
    }),
    reportFailure('status_change_failed'),
    idempotencyKey(),
    jsonBody(ChangeStatusBody),
    async (c) => {
      const body = c.req.valid('json');
      await afterRecord(c, () => checkExpected(c.get('caller'), body));
      const idempotency = await idempotencyOf(c, body);
      const { changed, row, replayed } = await changeStatus(c.get('pb'), c.req.param('id'), body, idempotency);
      markReplayed(c, replayed);
      return c.json(presentChange(row, c.get('caller')), changed ? 201 : 200);
    },
  );

/** Two reviewers may decide at once: `expected_status` refuses the second decision, which was made on the old status. */
function checkExpected(caller: Caller, { expected_status }: ChangeStatusBody): void {
  if (caller.type !== 'reviewer' || expected_status) return;
  throw invalidField('/expected_status', 'Reviewers must send it');
}
