import type { MiddlewareHandler } from 'hono';
import { type DescribeRouteOptions, resolver, uniqueSymbol } from 'hono-openapi';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { type Caller, REVIEWER_SCOPES } from '../auth/caller.ts';
import { type ErrorCode, PROBLEMS } from '../lib/problem.ts';
import type { LimiterName } from '../lib/rate-limits.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import type { Scope } from '../schemas/key.ts';
import { Problem } from '../schemas/problem.ts';
import { type Access, authenticate } from './authenticate.ts';
import { recordIdOf } from './paths.ts';

type ResponseHeaders = Record<string, { description: string; schema: { type: 'string' | 'integer' } }>;

/** The document's groups of operations. */
export const TAGS = {
  Profiles: 'Applicants and their verification',
  Documents: 'Pictures, videos and PDFs of an applicant',
  Review: 'Decisions, their history, and notes',
  Checks: 'Automated looks at the evidence, and the runners that take them',
  Webhooks: 'What happened, told to your endpoints and in a feed',
  Applicant: 'What the applicant’s browser calls, with the token of the link',
  Operations: 'Partners, keys, the audit log and metrics',
  Service: 'Health and this documentation',
};

export interface EndpointSpec {
  id: string;
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  access: Access;
  /** Stands before `knownHost` in app.ts. */
  anyHost?: true;
  /** Of this operation, in addition to the one that counts every request. */
  limiter?: LimiterName;
  /**
   * Finds the record that the path names, or throws what is wrong with it. For every route with a record and a query or a body: an error of
   * the record comes before an error of the request. A test holds each such route to it.
   */
  record?: (pb: PocketBaseClient, id: string, caller: Caller) => Promise<unknown>;
  /** Successful answers by status; `schema` stands for one in JSON, `media` for one that is not; an operation may have both. */
  answers: Record<number, { description: string; schema?: z.ZodType; media?: string; headers?: ResponseHeaders }>;
  /** In addition to those that follow from `access`. */
  problems?: ErrorCode[];
  parameters?: DescribeRouteOptions['parameters'];
  requestBody?: DescribeRouteOptions['requestBody'];
}

/**
 * Stands first in every route: describes the operation for OpenAPI, and enforces the access that it describes. A test compares `app.routes`
 * with the document, so no route can leave it out.
 */
export function endpoint(spec: EndpointSpec): MiddlewareHandler<AppEnv> {
  const { access, limiter, record } = spec;
  const guard: MiddlewareHandler<AppEnv> = async function endpoint(c, next) {
    if (access !== 'public') await authenticate(c, access, limiter);
    if (record) c.set('findRecord', () => record(c.get('pb'), recordIdOf(c), c.get('caller')));
    await next();
  };
  return Object.assign(guard, { [uniqueSymbol]: { spec: describe(spec) } });
}

function describe(spec: EndpointSpec): DescribeRouteOptions {
  const { id, tag, summary, description, access, parameters, requestBody } = spec;
  const scope = isScope(access) ? `Scope: \`${access}\`.` : undefined;
  const text = [description, scope].filter(Boolean).join('\n\n');
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(text && { description: text }),
    security: security(access),
    ...(parameters && { parameters }),
    ...(requestBody && { requestBody }),
    responses: { ...successes(spec), ...failures(spec) },
  };
}

function isScope(access: Access): access is Scope {
  return access !== 'public' && access !== 'applicant';
}

function security(access: Access) {
  if (access === 'public') return [];
  if (access === 'applicant') return [{ applicantToken: [] }];
  const forReviewers = (REVIEWER_SCOPES as readonly Scope[]).includes(access);
  const keys = [{ apiKey: [] }, { bearerKey: [] }];
  return forReviewers ? [...keys, { reviewerToken: [] }] : keys;
}

export const UNDECLARED = 'application/octet-stream';
const TEXT = { type: 'string' as const };

/** Generators of clients know a file by one or the other. */
export function fileOf(contentMediaType: string) {
  return { ...TEXT, format: 'binary', contentMediaType };
}

function successes({ answers }: EndpointSpec) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, media, headers }]) => [
      status,
      {
        description,
        ...(headers && { headers }),
        ...((schema || media) && {
          content: {
            ...(schema && { 'application/json': { schema: resolver(schema) } }),
            ...(media && { [media]: { schema: media === UNDECLARED ? fileOf(media) : TEXT } }),
          },
        }),
      },
    ]),
  );
}

const RATE_LIMIT_HEADERS = {
  'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const } },
  'RateLimit-Policy': {
    description: 'The limit, as draft-ietf-httpapi-ratelimit-headers words it',
    schema: { type: 'string' as const, example: '"key";q=3000;w=60' },
  },
};

/** One response for each status, which lists its codes. */
function failures({ access, anyHost, problems = [] }: EndpointSpec) {
  const ofCredential: ErrorCode[] = [
    'invalid_request',
    'unauthenticated',
    'rate_limited',
    'not_configured',
    'upstream_unavailable',
    'upstream_timeout',
  ];
  const codes = new Set<ErrorCode>([
    ...(anyHost ? [] : (['misdirected_request', 'not_configured'] as const)),
    ...(access === 'public' ? [] : ofCredential),
    ...(isScope(access) ? (['forbidden'] as const) : []),
    ...problems,
    'internal',
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      {
        description: names.map((name) => `\`${name}\`: ${PROBLEMS[name].title}`).join('; '),
        content: {
          'application/problem+json': {
            schema: resolver(Problem),
            examples: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }])),
          },
        },
        ...(status === PROBLEMS.rate_limited.status && { headers: RATE_LIMIT_HEADERS }),
      },
    ]),
  );
}

/** For routes under `/:id`: the problems of the record. */
export const RECORD_PROBLEMS: ErrorCode[] = ['not_found', 'gone'];
/** For routes with a JSON body: the problems of the body. */
export const BODY_PROBLEMS: ErrorCode[] = [
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];
