import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';
import { ApiProblem, PROBLEMS } from '../lib/problem.ts';

/** RFC 9457. `type` leads to the code's line on the documentation page. */
export function problemResponse(c: Context<AppEnv>, problem: ApiProblem): Response {
  const { status, title } = PROBLEMS[problem.code];
  const { errors, headers, members } = problem.extras;
  const body = {
    ...members,
    type: `${new URL(c.req.url).origin}/docs#${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    request_id: c.var.requestId,
    ...(errors && { errors }),
  };
  // RFC 9110 §11.6.1: a 401 says how to authenticate.
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return c.body(JSON.stringify(body), status, { ...challenge, ...headers, 'content-type': 'application/problem+json' });
}

/** The one place where an error becomes an answer: what is not an `ApiProblem` is a fault of ours and tells the caller nothing. */
export function onError(error: Error, c: Context<AppEnv>): Response {
  const problem = toProblem(error);
  c.set('problem', problem);
  const { caller, requestId } = c.var;
  if (problem.code === 'unauthenticated' && caller) {
    // A link that was revoked: only the profile tells, after its signature was accepted.
    log('warn', 'authentication', {
      request_id: requestId,
      outcome: 'revoked',
      actor_type: caller.type,
      actor_id: caller.id,
    });
  }
  if (problem.status >= 500) {
    const cause = problem.extras.cause ?? error;
    log('error', 'fault', { request_id: c.var.requestId, code: problem.code, cause: describe(cause) });
  }
  return problemResponse(c, problem);
}

export function onNotFound(c: Context<AppEnv>): Response {
  return problemResponse(c, new ApiProblem('not_found'));
}

export function onMethodNotAllowed(c: Context<AppEnv>, methods: string[]): Response {
  return problemResponse(
    c,
    new ApiProblem('method_not_allowed', undefined, { headers: { allow: methods.join(', ') } }),
  );
}

function toProblem(error: Error): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem('internal', undefined, { cause: error });
}

/** Names and our own words only: the message of a foreign error can hold the value it choked on. */
function describe(cause: unknown): string {
  if (typeof cause === 'string') return cause;
  return cause instanceof Error
    ? `${cause.name} ${
        cause.stack
          ?.split('\n')
          .find((line) => /^\s+at /.test(line))
          ?.trim() ?? ''
      }`
    : typeof cause;
}
