import { ApiProblem } from './problem.ts';

/**
 * The numbers of the bindings in wrangler.toml, for the header `RateLimit-Policy`: a binding answers yes or no and does not know them.
 * A test compares the two.
 */
export const RATE_LIMITS = {
  KEY_LIMITER: { policy: 'key', limit: 3000, periodSeconds: 60 },
  CREATE_LIMITER: { policy: 'create', limit: 600, periodSeconds: 60 },
  APPLICANT_LIMITER: { policy: 'applicant', limit: 60, periodSeconds: 60 },
  FAILED_AUTH_LIMITER: { policy: 'failed-authentication', limit: 30, periodSeconds: 60 },
} as const;

export type LimiterName = keyof typeof RATE_LIMITS;

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: `q` requests per `w` seconds. */
export function rateLimited(name: LimiterName): ApiProblem {
  const { policy, limit, periodSeconds } = RATE_LIMITS[name];
  return new ApiProblem('rate_limited', undefined, {
    headers: {
      // The binding does not tell how much of the window is left. After a whole window the caller is let in for certain.
      'retry-after': String(periodSeconds),
      'ratelimit-policy': `"${policy}";q=${limit};w=${periodSeconds}`,
    },
  });
}
