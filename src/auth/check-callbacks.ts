/** Whether a vendor has sent a callback: it is verified over its raw bytes, before anybody reads them. */
import { Webhook } from 'standardwebhooks';
import { sha256Hex } from '../lib/digest.ts';

/** One of the setting `CHECK_CALLBACKS`. */
export interface CallbackSource {
  name: string;
  scheme: 'standard-webhooks' | 'hmac-sha256' | 'timestamped';
  key: string;
  /** That carries the signature of the last two schemes. */
  header: string;
}

export interface Callback {
  /** Digest of what names the event: a repetition has the same. */
  event: string;
  external_ref: string | null;
}

const TOLERANCE_MS = 5 * 60_000;
const encoder = new TextEncoder();

/** `null`: it is not from the vendor, or older or newer than five minutes. */
export async function verifyCallback(
  source: CallbackSource,
  { headers, body }: { headers: Headers; body: Uint8Array },
  now: number,
): Promise<Callback | null> {
  const id = await VERIFIERS[source.scheme](source, headers, body, now);
  if (id === null) return null;
  const content = read(body);
  // Elsewhere the scheme has a time of its own, and this one may be that of the event: older with each attempt.
  if (source.scheme === 'hmac-sha256' && !isRecent(content.timestamp, now)) return null;
  const named = id || content.id || (await digestOf(body));
  return { event: await sha256Hex(JSON.stringify([source.name, named])), external_ref: content.external_ref };
}

type Verifier = (source: CallbackSource, headers: Headers, body: Uint8Array, now: number) => Promise<string | null>;

/** Each answers the id of the event, '' where the scheme has none, and `null` for a forged one. */
const VERIFIERS: Record<CallbackSource['scheme'], Verifier> = {
  /** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md; the library looks at the time. */
  async 'standard-webhooks'({ key }, headers, body) {
    try {
      new Webhook(key).verify(Buffer.from(body), Object.fromEntries(headers));
      return headers.get('webhook-id') ?? '';
    } catch {
      return null;
    }
  },
  async 'hmac-sha256'({ key, header }, headers, body) {
    return (await isSigned(key, body, headers.get(header))) ? '' : null;
  },
  /** `t=<seconds>,v1=<hex>` over the time, a dot and the body. */
  async timestamped({ key, header }, headers, body, now) {
    const parts = new URLSearchParams((headers.get(header) ?? '').replaceAll(',', '&').replaceAll(' ', ''));
    const time = parts.get('t') ?? '';
    if (!/^\d{1,12}$/.test(time) || !isRecent(time, now)) return null;
    const signed = Buffer.concat([encoder.encode(`${time}.`), body]);
    for (const signature of parts.getAll('v1')) if (await isSigned(key, signed, signature)) return '';
    return null;
  },
};

async function isSigned(key: string, bytes: Uint8Array, signature: string | null): Promise<boolean> {
  const hex = signature?.replace(/^sha256=/, '') ?? '';
  if (!/^[0-9a-f]{64}$/i.test(hex)) return false;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, Uint8Array.fromHex(hex), bytes);
}

/** Without a time in the scheme one in the signed body counts, if there is one: seconds, or RFC 3339. */
function isRecent(time: string | null, now: number): boolean {
  if (time === null) return true;
  const ms = /^\d+$/.test(time) ? Number(time) * 1_000 : Date.parse(time);
  return Math.abs(ms - now) <= TOLERANCE_MS;
}

/** What tells which check is meant. The rest of the body is nobody's: the result is fetched from the vendor. */
function read(body: Uint8Array): { id: string | null; timestamp: string | null; external_ref: string | null } {
  try {
    const content = JSON.parse(new TextDecoder().decode(body));
    const textOf = (value: unknown) => (['string', 'number'].includes(typeof value) ? String(value) : null);
    return {
      id: textOf(content?.id),
      timestamp: textOf(content?.timestamp),
      external_ref: textOf(content?.external_ref ?? content?.data?.external_ref),
    };
  } catch {
    return { id: null, timestamp: null, external_ref: null };
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex();
}
