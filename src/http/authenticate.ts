import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { verifyApplicantToken } from '../auth/applicant-token.ts';
import { applicantCaller, type Caller, checkScope } from '../auth/caller.ts';
import { credentialKind } from '../auth/credential-kind.ts';
import type { Defer } from '../auth/partner-directory.ts';
import { sha256 } from '../lib/digest.ts';
import { log } from '../lib/log.ts';
import { ApiProblem } from '../lib/problem.ts';
import { type LimiterName, rateLimited } from '../lib/rate-limits.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { SLUG_PATTERN } from '../schemas/common.ts';
import type { Scope } from '../schemas/key.ts';
import { type Credential, readCredential, refusalOf } from './credential.ts';
import { checkAddress, isWithinLimit } from './rate-limit.ts';

/** Who may call an operation: everybody, the applicant of the token, or callers that have the scope. */
export type Access = 'public' | 'applicant' | Scope;

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
    credential = readCredential(c, access === 'applicant');
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
  if (!caller) throw new ApiProblem('unauthenticated', refusalOf(c, credential, access === 'applicant'));
  c.set('caller', caller);
  c.set('pb', pb.as(caller));
  if (c.get('runtime').endedLinks.get(caller.credentialId))
    throw new ApiProblem('unauthenticated', 'The link has ended');
  const limiters: LimiterName[] = [caller.type === 'applicant' ? 'APPLICANT_LIMITER' : 'KEY_LIMITER'];
  if (limiter) limiters.push(limiter);
  for (const name of limiters) {
    if (!(await isWithinLimit(c, name, caller.credentialId))) throw rateLimited(name);
  }
  if (access !== 'applicant') checkScope(caller, access);
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

async function verify(
  c: Context<AppEnv>,
  credential: Credential,
  access: Access,
  pb: PocketBaseClient,
): Promise<Caller | null> {
  const isBearer = credential.type === 'bearer';
  if (access === 'applicant') return isBearer ? verifyApplicant(c, credential.value, pb) : null;
  const kind = credentialKind(credential.value);
  if (isBearer && kind === 'applicant token') return null;
  if (isBearer && (kind === 'reviewer token' || kind === 'token')) {
    return c.get('runtime').reviewers.verify(credential.value, pb, () => checkAddress(c));
  }
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
  if (!caller) {
    const mayAsk = () => checkAddress(c);
    return runtime.managedKeys.verify(key, digest, runtime.keyEnvironment, pb, { partner, mayAsk });
  }
  if (caller.type !== 'partner') return caller;
  return (await runtime.partners.isActive(caller.id, pb, deferOf(c))) ? caller : null;
}

async function verifyApplicant(c: Context<AppEnv>, token: string, pb: PocketBaseClient): Promise<Caller | null> {
  const { settings, partners, endedLinks } = c.get('runtime');
  const claims = await verifyApplicantToken(token, { secrets: settings.get('LINK_SECRET'), now: Date.now() });
  if (!claims) return null;
  const caller = applicantCaller(claims.profileId, claims.issuedAt);
  const isActive = !claims.partner || (await partners.isActive(claims.partner, pb, deferOf(c)));
  if (!isActive) endedLinks.set(caller.credentialId, true);
  return caller;
}
