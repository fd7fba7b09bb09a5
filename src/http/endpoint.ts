import type { MiddlewareHandler } from 'hono';
import { type DescribeRouteOptions, resolver, uniqueSymbol } from 'hono-openapi';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { REVIEWER_SCOPES } from '../auth/caller.ts';
import { type ErrorCode, PROBLEMS } from '../lib/problem.ts';
import type { LimiterName } from '../lib/rate-limits.ts';
import { Problem } from '../schemas/problem.ts';
import { type Access, authenticate } from './authenticate.ts';

type ResponseHeaders = Record<string, { description: string; schema: { type: 'string' | 'integer' } }>;

export interface EndpointSpec {
  id: string;
  tag: 'Profiles' | 'Documents' | 'Review' | 'Webhooks' | 'Applicant' | 'Operations' | 'Service';
  summary: string;
  description?: string;
  access: Access;
  /** A tighter limit than every request's. */
  limiter?: LimiterName;
  /** Successful answers by status; `schema` stands for one in JSON, `media` for one that is not; an operation may have both. */
  answers: Record<number, { description: string; schema?: z.ZodType; media?: string; headers?: ResponseHeaders }>;
  /** Problems beyond those that follow from `access`. */
  problems?: ErrorCode[];
  parameters?: DescribeRouteOptions['parameters'];
  requestBody?: DescribeRouteOptions['requestBody'];
}

/**
 * First in every route: describes the operation for OpenAPI and enforces the very access it describes.
 * A route without it is neither documented nor reachable by accident: a test compares `app.routes` with the document.
 */
export function endpoint(spec: EndpointSpec): MiddlewareHandler<AppEnv> {
  const { access, limiter } = spec;
  const guard: MiddlewareHandler<AppEnv> = async function endpoint(c, next) {
    if (access !== 'public') await authenticate(c, access, limiter);
    await next();
  };
  return Object.assign(guard, { [uniqueSymbol]: { spec: describe(spec) } });
}

function describe(spec: EndpointSpec): DescribeRouteOptions {
  const { id, tag, summary, description, access, parameters, requestBody } = spec;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(describeAccess(access, description) as { description?: string }),
    security: security(access),
    ...(parameters && { parameters }),
    ...(requestBody && { requestBody }),
    responses: { ...successes(spec), ...failures(spec) },
  };
}

function describeAccess(access: Access, description?: string) {
  const scope = access === 'public' || access === 'applicant' ? undefined : `Scope: \`${access}\`.`;
  const text = [description, scope].filter(Boolean).join('\n\n');
  return text ? { description: text } : {};
}

function security(access: Access) {
  if (access === 'public') return [];
  if (access === 'applicant') return [{ applicantToken: [] }];
  const forReviewers = (REVIEWER_SCOPES as readonly string[]).includes(access);
  return forReviewers ? [{ apiKey: [] }, { reviewerToken: [] }] : [{ apiKey: [] }];
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
            ...(media && { [media]: { schema: { type: 'string' as const } } }),
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

/** One response per status, naming the codes it stands for. */
function failures({ access, problems = [] }: EndpointSpec) {
  const credentialed: ErrorCode[] = [
    'invalid_request',
    'unauthenticated',
    'rate_limited',
    'not_configured',
    'upstream_unavailable',
    'upstream_timeout',
  ];
  const scoped: ErrorCode[] = ['forbidden'];
  const codes = new Set<ErrorCode>([
    ...(access === 'public' ? [] : credentialed),
    ...(access === 'public' || access === 'applicant' ? [] : scoped),
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
        content: { 'application/problem+json': { schema: resolver(Problem) } },
        ...(status === PROBLEMS.rate_limited.status && { headers: RATE_LIMIT_HEADERS }),
      },
    ]),
  );
}

/** For routes under `/:id`: what they all can answer about the record. */
export const RECORD_PROBLEMS: ErrorCode[] = ['not_found', 'gone'];
/** For routes with a JSON body. */
export const BODY_PROBLEMS: ErrorCode[] = [
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
  'validation_failed',
];
