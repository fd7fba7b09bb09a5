import { Webhook } from 'standardwebhooks';

/**
 * The headers of Standard Webhooks 1.0, with one signature per secret: while a secret is rotated, a receiver may hold either.
 * @param id the event's, the same on every attempt: receivers drop repetitions by it
 */
export function signatureHeaders(
  id: string,
  payload: string,
  { secrets, now }: { secrets: readonly string[]; now: number },
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), payload));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
