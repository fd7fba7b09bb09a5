import type { Context } from 'hono';
import { credentialKind } from '../auth/credential-kind.ts';
import { ApiProblem } from '../lib/problem.ts';

export interface Credential {
  /** The header that it came in: both take a key. */
  type: 'api_key' | 'bearer';
  value: string;
}

/** @throws ApiProblem `invalid_request` (two credentials: nobody could tell in whose name the caller means to act) */
export function readCredential(c: Context, isForApplicants: boolean): Credential | null {
  const key = c.req.header('x-api-key');
  const authorization = c.req.header('authorization');
  if (key !== undefined && authorization !== undefined) {
    const advice = isForApplicants
      ? 'drop x-api-key, as the applicant token is in Authorization'
      : 'drop Authorization to act with the key in x-api-key, or x-api-key to act with the credential in Authorization';
    throw new ApiProblem('invalid_request', `Two credentials at once: ${advice}`);
  }
  // No credential holds a comma: a header that was sent twice arrives as one with a comma.
  const twice = key?.includes(',') ? 'x-api-key' : authorization?.includes(',') ? 'Authorization' : null;
  if (twice) throw new ApiProblem('invalid_request', `Two credentials at once: drop all but one ${twice}`);
  if (key !== undefined) return { type: 'api_key', value: key };
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return bearer?.[1] ? { type: 'bearer', value: bearer[1] } : null;
}

/** Why nobody is let in, in words that name the header in which the value belongs. They say nothing that the caller has not sent. */
export function refusalOf(c: Context, credential: Credential | null, isForApplicants: boolean): string {
  const isBearer = credential?.type === 'bearer';
  const place = isBearer ? 'Authorization' : 'x-api-key';
  if (!credential) return missing(c, isForApplicants);
  switch (credentialKind(credential.value)) {
    case 'applicant token':
      if (!isForApplicants) return 'An applicant token goes into Authorization: Bearer of /api/applicant alone';
      return isBearer
        ? 'The link has ended'
        : 'The applicant token goes into Authorization: Bearer, not into x-api-key';
    case 'reviewer token':
      if (isForApplicants) return 'A reviewer’s token goes into Authorization: Bearer of the other routes';
      if (!isBearer) return 'A reviewer’s token goes into Authorization: Bearer, not into x-api-key';
      return 'The reviewer’s token in Authorization is not valid: log in again';
    case 'token':
      return `The token in ${place} is not valid`;
    case 'mistyped key':
      if (!isForApplicants) return `The API key in ${place} is mistyped or cut off: its checksum is wrong`;
      break;
    case 'key':
      if (!isForApplicants) return `The API key in ${place} is not valid`;
  }
  return 'An API key goes into x-api-key of the other routes; here the applicant token in Authorization: Bearer counts';
}

function missing(c: Context, isForApplicants: boolean): string {
  const what = isForApplicants ? 'the applicant token of the link' : 'an API key, or a reviewer’s token';
  if (c.req.header('authorization')) return `Authorization must be the word Bearer and ${what}`;
  return isForApplicants
    ? 'Send the applicant token of the link in Authorization: Bearer'
    : 'Send an API key in x-api-key or in Authorization: Bearer';
}
