import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
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
import { jsonBody, query, recordFirst } from '../http/validate.ts';
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
      answers: { 200: { description: 'A page of the history', schema: StatusHistory } },
      problems: ['not_found', 'validation_failed'],
    }),
    recordFirst((c) => findProfile(c.var.pb, c.req.param('id'))),
    query(PageQuery),
    async (c) => {
      const id = c.req.param('id');
      const { items, next_cursor } = await listHistory(c.var.pb, id, c.req.valid('query'));
      // Every profile has a first row: without any there is no such profile in reach.
      if (items.length === 0) await findProfile(c.var.pb, id);
      return c.json({ items: items.map((row) => presentChange(row, c.var.caller)), next_cursor });
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
      ],
    }),
    reportFailure('status_change_failed'),
    recordFirst((c) => findProfile(c.var.pb, c.req.param('id'))),
    idempotencyKey(),
    jsonBody(ChangeStatusBody),
    async (c) => {
      const body = c.req.valid('json');
      if (c.var.caller.type === 'reviewer' && !body.expected_status) {
        await c.var.checkRecord?.();
        throw invalidField('/expected_status', 'Reviewers must send it');
      }
      const idempotency = await idempotencyOf(c, body);
      const { changed, row, replayed } = await changeStatus(c.var.pb, c.req.param('id'), body, idempotency);
      markReplayed(c, replayed);
      return c.json(presentChange(row, c.var.caller), changed ? 201 : 200);
    },
  );
