import { decodeJwt, decodeProtectedHeader } from 'jose';
import { parseManagedKey } from './managed-key-format.ts';

/** `token` is a JWT of neither sort. */
export type CredentialKind = 'key' | 'mistyped key' | 'applicant token' | 'reviewer token' | 'token';

/** What a text claims to be. Nothing is verified: it decides who verifies it, and which words a refusal has. */
export function credentialKind(value: string): CredentialKind {
  const claims = claimsOf(value);
  if (!claims) return /^ek_(live|test)_/.test(value) && !parseManagedKey(value) ? 'mistyped key' : 'key';
  if (claims.aud === 'applicant') return 'applicant token';
  return claims.type === 'auth' ? 'reviewer token' : 'token';
}

function claimsOf(value: string): Record<string, unknown> | null {
  try {
    decodeProtectedHeader(value);
    return decodeJwt(value);
  } catch {
    return null;
  }
}
