import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { verifyCallback } from '../auth/check-callbacks.ts';
import { getDocument } from '../documents/download.ts';
import { anonymousClient } from '../http/authenticate.ts';
import { readBytes } from '../http/body.ts';
import { BODY_PROBLEMS, type EndpointSpec, endpoint, fileOf, RECORD_PROBLEMS, UNDECLARED } from '../http/endpoint.ts';
import {
  IDEMPOTENCY_PROBLEMS,
  idempotencyKey,
  idempotencyOf,
  idempotencyParameters,
  markReplayed,
  REPLAYED_HEADER,
} from '../http/idempotency.ts';
import { ID, KIND, kindOf, PROVIDER } from '../http/paths.ts';
import { jsonBody, noFields, query } from '../http/validate.ts';
import { ApiProblem, type ErrorCode } from '../lib/problem.ts';
import { SYSTEM } from '../pocketbase/actor.ts';
import {
  CheckResultBody,
  CheckRound,
  CheckState,
  Checks,
  ClaimChecksBody,
  ClaimedChecks,
  HeartbeatBody,
  Lease,
  ReleaseBody,
} from '../schemas/check.ts';
import { PageQuery } from '../schemas/common.ts';
import {
  checkAgain,
  claimChecks,
  extendLease,
  findCheck,
  listChecks,
  pathOfInput,
  releaseCheck,
  reportResult,
  wakeCheck,
} from '../services/checks.ts';
import { findProfile } from '../services/profiles.ts';

const CALLBACK_MAX_BYTES = 262_144;
const callbackBody: NonNullable<EndpointSpec['requestBody']> = {
  required: true,
  description: 'JSON, as the vendor signs it; of its members only `external_ref` counts',
  content: { [UNDECLARED]: { schema: fileOf(UNDECLARED) } },
};
const HELD_PROBLEMS: ErrorCode[] = [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'status_conflict'];

export const checks = new Hono<AppEnv>()
  .post(
    '/claim',
    endpoint({
      id: 'claimChecks',
      tag: 'Checks',
      summary: 'Take checks that are due, for a while',
      description:
        'Each check is given to one runner at a time. A lease that ends without a result is given out again: at once, then after 30 s, 5 min, 30 min and 2 h, then the check has failed. A key holds eight at most.',
      access: 'checks:run',
      answers: {
        200: { description: 'Checks to do', schema: ClaimedChecks },
        204: { description: 'None is due' },
      },
      problems: BODY_PROBLEMS,
    }),
    jsonBody(ClaimChecksBody),
    async (c) => {
      const items = await claimChecks(c.get('pb'), c.req.valid('json'));
      return items.length === 0 ? c.body(null, 204) : c.json({ items });
    },
  )
  .get(
    `/${ID}/documents/${KIND}`,
    endpoint({
      id: 'getCheckDocument',
      tag: 'Checks',
      summary: 'Read a document that a check is about, while you hold the check',
      description: 'The version that `documents` of the claim names, whatever has been uploaded since.',
      access: 'checks:run',
      answers: {
        200: { description: 'The document', media: 'application/octet-stream' },
        206: { description: 'The range asked for', media: 'application/octet-stream' },
        304: { description: 'Not modified' },
      },
      problems: [...RECORD_PROBLEMS, 'status_conflict', 'precondition_failed', 'range_not_satisfiable'],
    }),
    (c) => {
      const kind = kindOf(c);
      return getDocument(c.get('pb'), { path: pathOfInput(c.req.param('id'), kind), kind }, c.req.raw);
    },
  )
  .post(
    `/${ID}/heartbeat`,
    endpoint({
      id: 'extendCheck',
      tag: 'Checks',
      summary: 'Hold a check for longer',
      access: 'checks:run',
      record: findCheck,
      answers: { 200: { description: 'How long it is held', schema: Lease } },
      problems: HELD_PROBLEMS,
    }),
    jsonBody(HeartbeatBody),
    async (c) => c.json(await extendLease(c.get('pb'), c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `/${ID}/result`,
    endpoint({
      id: 'reportCheck',
      tag: 'Checks',
      summary: 'Report what a check has found, once',
      description:
        'The same result again: 200. The outcome is the worst that the findings’ codes stand for. The result of a check that was superseded meanwhile is kept, and nothing follows from it.',
      access: 'checks:run',
      record: findCheck,
      answers: { 200: { description: 'The check as it stands', schema: CheckState } },
      problems: HELD_PROBLEMS,
    }),
    jsonBody(CheckResultBody),
    async (c) => c.json(await reportResult(c.get('pb'), c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `/${ID}/release`,
    endpoint({
      id: 'releaseCheck',
      tag: 'Checks',
      summary: 'Give a check back, or let it wait for a vendor',
      access: 'checks:run',
      record: findCheck,
      answers: { 200: { description: 'The check as it stands', schema: CheckState } },
      problems: HELD_PROBLEMS,
    }),
    jsonBody(ReleaseBody),
    async (c) => c.json(await releaseCheck(c.get('pb'), c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `/callbacks/${PROVIDER}`,
    endpoint({
      id: 'callBack',
      tag: 'Checks',
      summary: 'A vendor says that it has news of a check',
      description:
        'Signed as the setting `CHECK_CALLBACKS` says, at most five minutes ago. It makes the check due, once an event; the runner fetches the result.',
      access: 'public',
      requestBody: callbackBody,
      answers: { 204: { description: 'Taken' } },
      problems: [
        'not_found',
        'unauthenticated',
        'rate_limited',
        'invalid_request',
        'payload_too_large',
        'not_configured',
        'upstream_unavailable',
        'upstream_timeout',
      ],
    }),
    async (c) => {
      const provider = c.req.param('provider');
      const source = c
        .get('runtime')
        .settings.get('CHECK_CALLBACKS')
        .find(({ name }) => name === provider);
      if (!source) throw new ApiProblem('not_found');
      const body = await readBytes(c.req.raw, { maxBytes: CALLBACK_MAX_BYTES });
      const callback = await verifyCallback(source, { headers: c.req.raw.headers, body }, Date.now());
      if (!callback) throw new ApiProblem('unauthenticated', 'The signature is not valid, or not of now');
      const { event, external_ref } = callback;
      if (external_ref) await wakeCheck(anonymousClient(c).as(SYSTEM), { provider, event, external_ref });
      return c.body(null, 204);
    },
  );

export const profileChecks = new Hono<AppEnv>()
  .get(
    `/${ID}/checks`,
    endpoint({
      id: 'listChecks',
      tag: 'Checks',
      summary: 'List the checks of a profile, newest first',
      description: 'What was read stands there for reviewers and internal keys; partners see outcomes and findings.',
      access: 'profiles:read',
      record: findProfile,
      answers: { 200: { description: 'A page of checks', schema: Checks } },
      problems: [...RECORD_PROBLEMS, 'validation_failed'],
    }),
    query(PageQuery),
    async (c) => c.json(await listChecks(c.get('pb'), c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `/${ID}/checks`,
    endpoint({
      id: 'checkAgain',
      tag: 'Checks',
      summary: 'Check the evidence of a profile again',
      description: 'As it stands now. Ten rounds a profile and day, whatever began them.',
      access: 'checks:manage',
      record: findProfile,
      parameters: idempotencyParameters,
      answers: { 201: { description: 'The new round', schema: CheckRound, headers: REPLAYED_HEADER } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS, 'profile_locked'],
    }),
    idempotencyKey(),
    noFields(),
    async (c) => {
      const idempotency = await idempotencyOf(c, {});
      const { items, replayed } = await checkAgain(c.get('pb'), c.req.param('id'), idempotency);
      markReplayed(c, replayed);
      return c.json({ items }, 201);
    },
  );
