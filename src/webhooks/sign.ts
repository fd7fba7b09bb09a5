const PREFIX = 'whsec_';
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const encoder = new TextEncoder();

/**
 * The headers of Standard Webhooks 1.0, with one signature per secret: while a secret is rotated, a receiver may hold either. The library of that
 * name brings a SHA-256 in JavaScript; the platform has its own.
 * @param id the event's, the same on every attempt: receivers drop repetitions by it
 */
export async function signatureHeaders(
  id: string,
  payload: string,
  { secrets, now }: { secrets: readonly string[]; now: number },
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const signed = encoder.encode(`${id}.${timestamp}.${payload}`);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, signed)));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

async function sign(secret: string, signed: Uint8Array): Promise<string> {
  const bytes = Uint8Array.fromBase64(secret.slice(PREFIX.length));
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
  return `v1,${new Uint8Array(await crypto.subtle.sign(HMAC, key, signed)).toBase64()}`;
}
