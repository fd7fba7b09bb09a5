import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { verifyApplicantToken } from '../auth/applicant-token.ts';
import { applicantCaller, type Caller, type Scope } from '../auth/caller.ts';
import type { Defer } from '../auth/partner-directory.ts';
import { sha256 } from '../lib/digest.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { type LimiterName, rateLimited } from '../lib/rate-limits.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { SLUG_PATTERN } from '../schemas/common.ts';
import { isWithinLimit } from './rate-limit.ts';

/** Who may call an operation: everybody, the applicant of the token, or callers that have the scope. */
export type Access = 'public' | 'applicant' | Scope;

type Credential = { type: 'api_key' | 'bearer'; value: string };

/**
 * Verifies the credential of the request, counts the request against the caller's limits, checks the scope, and sets `caller` and `pb`.
 * @param limiter of this operation, in addition to the one that counts every request
 * @throws ApiProblem `invalid_request` (two credentials), `unauthenticated`, `rate_limited`, `forbidden`, `not_configured`; and
 * `upstream_unavailable`, `upstream_timeout` when only PocketBase can verify the credential
 */
export async function authenticate(
  c: Context<AppEnv>,
  access: Exclude<Access, 'public'>,
  limiter?: LimiterName,
): Promise<void> {
  const pb = anonymousClient(c);
  let credential: Credential | null = null;
  let caller: Caller | null = null;
  try {
    credential = readCredential(c);
    caller = credential && (await verify(c, credential, access, pb));
  } finally {
    log(caller ? 'info' : 'warn', 'authentication', {
      request_id: c.get('requestId'),
      outcome: caller ? 'accepted' : 'refused',
      credential: credential?.type ?? 'none',
      actor_type: caller?.type,
      actor_id: caller?.id,
    });
  }
  if (!caller) throw new ApiProblem('unauthenticated');
  c.set('caller', caller);
  c.set('pb', pb.as(caller));
  const limiters: LimiterName[] = [caller.type === 'applicant' ? 'APPLICANT_LIMITER' : 'KEY_LIMITER'];
  if (limiter) limiters.push(limiter);
  for (const name of limiters) {
    if (!(await isWithinLimit(c, name, caller.credentialId))) throw rateLimited(name);
  }
  if (access !== 'applicant' && !caller.scopes.has(access)) {
    throw new ApiProblem('forbidden', `Needs the scope ${access}`, { members: { required_scope: access } });
  }
}

/** PocketBase in nobody's name, for calls that concern no record. */
export function anonymousClient(c: Context<AppEnv>): PocketBaseClient {
  const pb = c.get('runtime').connect(c.get('requestId'));
  c.set('pb', pb);
  return pb;
}

/** Lets work go on after the answer. */
export function deferOf(c: Context<AppEnv>): Defer {
  return (work) => c.executionCtx.waitUntil(work);
}

function readCredential(c: Context<AppEnv>): Credential | null {
  const key = c.req.header('x-api-key');
  const authorization = c.req.header('authorization');
  if (key !== undefined && authorization !== undefined) {
    throw new ApiProblem('invalid_request', 'Send one credential: x-api-key or Authorization');
  }
  if (key !== undefined) return { type: 'api_key', value: key };
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return bearer?.[1] ? { type: 'bearer', value: bearer[1] } : null;
}

async function verify(
  c: Context<AppEnv>,
  credential: Credential,
  access: Access,
  pb: PocketBaseClient,
): Promise<Caller | null> {
  if (access === 'applicant') return credential.type === 'bearer' ? verifyApplicant(c, credential.value) : null;
  if (credential.type === 'bearer') return c.get('runtime').reviewers.verify(credential.value, pb);
  const partner = c.req.header('x-partner') ?? null;
  const caller = await verifyKey(c, credential.value, partner, pb);
  if (caller && partner !== null && (caller.type === 'partner' || !SLUG_PATTERN.test(partner))) {
    throw new ApiProblem('invalid_request', 'x-partner takes a partner slug, from internal keys only');
  }
  return caller;
}

/** Looks in the settings first, as that costs no call to PocketBase. */
async function verifyKey(
  c: Context<AppEnv>,
  key: string,
  partner: string | null,
  pb: PocketBaseClient,
): Promise<Caller | null> {
  const runtime = c.get('runtime');
  const digest = await sha256(key);
  const caller = await runtime.settingsKeys.verify(digest, partner);
  if (!caller) return runtime.managedKeys.verify(key, digest, runtime.keyEnvironment, pb, partner);
  if (caller.type !== 'partner') return caller;
  return (await runtime.partners.isActive(caller.id, pb, deferOf(c))) ? caller : null;
}

async function verifyApplicant(c: Context<AppEnv>, token: string): Promise<Caller | null> {
  const secrets = c.get('runtime').settings.get('LINK_SECRET');
  const claims = await verifyApplicantToken(token, { secrets, now: Date.now() });
  return claims && applicantCaller(claims.profileId, claims.issuedAt);
}
