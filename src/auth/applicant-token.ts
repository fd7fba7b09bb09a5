/**
 * The applicant's credential, handed over in a URL fragment: a JWT (RFC 7519) that opens one profile for a limited time.
 * `iat` has milliseconds: a new link stays good although all earlier ones were revoked in the same second.
 */
import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { keyId } from '../lib/digest.ts';

const ISSUER = 'ekyc-edge';
const AUDIENCE = 'applicant';
const Claims = z.object({ sub: z.string(), iat: z.number(), partner: z.string().optional() });

const encoder = new TextEncoder();

/** By secret. An isolate's secrets never change. */
const keys = new Map<string, { kid: string; key: CryptoKey }>();

async function signingKey(secret: string) {
  const known = keys.get(secret);
  if (known) return known;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign', 'verify']);
  const made = { kid: await keyId(secret), key };
  keys.set(secret, made);
  return made;
}

export interface ApplicantToken {
  token: string;
  issuedAt: Date;
  expiresAt: Date;
}

/**
 * @param partner its slug: the edge knows which partners are shut out, and has not asked whose the profile is
 * @param secrets the first signs
 */
export async function signApplicantToken(
  { profileId, partner }: { profileId: string; partner: string },
  { secrets, ttlSeconds, now }: { secrets: string[]; ttlSeconds: number; now: number },
): Promise<ApplicantToken> {
  const [secret = ''] = secrets;
  const { kid, key } = await signingKey(secret);
  const expiresAt = Math.floor(now / 1000) + ttlSeconds;
  const token = await new SignJWT({ iat: now / 1000, exp: expiresAt, partner })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
    .setSubject(profileId)
    .setAudience(AUDIENCE)
    .setIssuer(ISSUER)
    .sign(key);
  return { token, issuedAt: new Date(now), expiresAt: new Date(expiresAt * 1000) };
}

/** `null` unless one of `secrets` signed the token, for this use, and it has not expired. Only the profile tells whether it was revoked. */
export async function verifyApplicantToken(
  token: string,
  { secrets, now }: { secrets: string[]; now: number },
): Promise<{ profileId: string; partner: string | undefined; issuedAt: number } | null> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        for (const secret of secrets) {
          const own = await signingKey(secret);
          if (own.kid === kid) return own.key;
        }
        throw new errors.JWKSNoMatchingKey();
      },
      {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(now),
      },
    );
    const { sub, iat, partner } = Claims.parse(payload);
    return { profileId: sub, partner, issuedAt: iat };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}
