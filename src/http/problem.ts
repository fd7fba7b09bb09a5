import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { log } from '../lib/log.ts';
import { ApiProblem, PROBLEMS } from '../lib/problem.ts';
import { publicOrigin } from './public-url.ts';

/** RFC 9457. `type` links to the line of the code on the documentation page. */
export function problemResponse(c: Context<AppEnv>, problem: ApiProblem): Response {
  const { status, title } = PROBLEMS[problem.code];
  const { errors, headers, members } = problem.extras;
  const body = {
    ...members,
    type: `${publicOrigin(c)}/docs#${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    request_id: c.get('requestId'),
    ...(errors && { errors }),
  };
  // RFC 9110 §11.6.1: a 401 says how to authenticate.
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return c.body(JSON.stringify(body), status, { ...challenge, ...headers, 'content-type': 'application/problem+json' });
}

/** The one place where an error becomes an answer. An error that is no `ApiProblem` is our own fault, and its answer says nothing of it. */
export function onError(error: Error, c: Context<AppEnv>): Response {
  const problem = toProblem(error);
  c.set('problem', problem);
  const requestId = c.get('requestId');
  const caller = c.get('caller');
  if (problem.code === 'unauthenticated' && caller) {
    // A revoked link: its signature was accepted, and only the profile tells that the link has ended.
    log('warn', 'authentication', {
      request_id: requestId,
      outcome: 'revoked',
      actor_type: caller.type,
      actor_id: caller.id,
    });
  }
  if (problem.status >= 500) {
    const cause = problem.extras.cause ?? error;
    log('error', 'fault', { request_id: requestId, code: problem.code, cause: describe(cause) });
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

/** Our own text, or the error's name and place. Never its message: that may quote a personal value. */
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
