import { VERSION } from '../lib/version.ts';
import { readExcerpt } from './excerpt.ts';
import { parseRetryAfter } from './schedule.ts';
import { signatureHeaders } from './sign.ts';

export const TIMEOUT_MS = 15_000;

/** Why an attempt failed, as the partner reads it in the delivery log. */
export type DeliveryError =
  | 'timeout'
  | 'connection_failed'
  | 'redirect'
  | 'status'
  | 'target_refused'
  | 'secret_unreadable';

export interface Attempt {
  id: string;
  url: string;
  payload: string;
  secrets: readonly string[];
}

export interface Outcome {
  error: DeliveryError | null;
  status: number | null;
  latencyMs: number | null;
  excerpt: string | null;
  retryAfterSeconds: number | null;
}

export const NOT_SENT = { status: null, latencyMs: null, excerpt: null, retryAfterSeconds: null };

/** One attempt. Everything that the receiver does is an outcome; nothing is thrown. */
export async function deliver(
  { id, url, payload, secrets }: Attempt,
  { fetch, now }: { fetch: (url: string, init: RequestInit) => Promise<Response>; now: () => number },
): Promise<Outcome> {
  const startedAt = now();
  const signed = await signatureHeaders(id, payload, { secrets, now: startedAt });
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: payload,
      headers: {
        'content-type': 'application/json',
        'user-agent': `eKYC-Edge-Webhooks/${VERSION}`,
        ...signed,
      },
      // A redirect may lead to a target that the rules refuse.
      redirect: 'manual',
      signal: timeout,
    });
    const latencyMs = now() - startedAt;
    // An answer that began in time counts, even when its body breaks off.
    const excerpt = await readExcerpt(response).catch(() => null);
    return { ...judge(response, now()), status: response.status, latencyMs, excerpt };
  } catch {
    const error = timeout.aborted ? 'timeout' : 'connection_failed';
    return { ...NOT_SENT, error, latencyMs: now() - startedAt };
  }
}

function judge({ status, headers }: Response, now: number): Pick<Outcome, 'error' | 'retryAfterSeconds'> {
  const isPaced = status === 429 || status === 503;
  const retryAfterSeconds = isPaced ? parseRetryAfter(headers.get('retry-after'), now) : null;
  if (status >= 200 && status < 300) return { error: null, retryAfterSeconds };
  return { error: status >= 300 && status < 400 ? 'redirect' : 'status', retryAfterSeconds };
}
