import { ApiProblem } from '../lib/problem.ts';
import type { Actor } from '../pocketbase/actor.ts';
import { type Scope, scopesOf } from '../schemas/key.ts';

export const PARTNER_SCOPES: readonly Scope[] = scopesOf('partner');
export const REVIEWER_SCOPES: readonly Scope[] = scopesOf('reviewer');
export const OPERATOR_SCOPES: readonly Scope[] = scopesOf('operator');

/** The actor that calls, once the credential has been verified. Isolation follows from `partner` alone. */
export interface Caller extends Actor {
  type: 'partner' | 'service' | 'reviewer' | 'applicant';
  /** Partner slug, internal key's name, reviewer's record id, or profile id. */
  id: string;
  /** Names the credential without revealing it: limits and idempotency keys are per credential. */
  credentialId: string;
  scopes: ReadonlySet<Scope>;
}

export function partnerCaller(slug: string, credentialId: string, scopes: readonly Scope[] = PARTNER_SCOPES): Caller {
  return { type: 'partner', id: slug, credentialId, partner: slug, scopes: new Set(scopes) };
}

/** An internal key, of the settings or the operator's own, acts for all partners, or for the one it names. */
export function internalCaller(
  name: string,
  credentialId: string,
  partner: string | null,
  scopes: readonly Scope[] = OPERATOR_SCOPES,
): Caller {
  return { type: 'service', id: name, credentialId, partner, scopes: new Set(scopes) };
}

export function reviewerCaller(id: string): Caller {
  return { type: 'reviewer', id, credentialId: `reviewer:${id}`, partner: null, scopes: new Set(REVIEWER_SCOPES) };
}

export function applicantCaller(profileId: string, linkIssuedAt: number): Caller {
  // Of this link: who holds a revoked one must not use up the limit of the new one.
  const credentialId = `applicant:${profileId}:${linkIssuedAt}`;
  return { type: 'applicant', id: profileId, credentialId, partner: null, scopes: new Set(), linkIssuedAt };
}

/**
 * The one partner that the request is about.
 * @throws ApiProblem `invalid_request` when an internal key has not named it
 */
export function requirePartner({ partner }: Caller): string {
  if (partner === null) throw new ApiProblem('invalid_request', 'Name the partner in x-partner');
  return partner;
}

/** @throws ApiProblem `forbidden` */
export function checkScope({ scopes }: Caller, scope: Scope): void {
  if (scopes.has(scope)) return;
  throw new ApiProblem('forbidden', `Needs the scope ${scope}`, { members: { required_scope: scope } });
}

/** Private notes and actors are for those who review. */
export function seesPrivate(caller: Caller): boolean {
  return caller.type === 'service' || caller.type === 'reviewer';
}
