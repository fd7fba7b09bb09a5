/**
 * The form of a managed key: `ek_live_<record id><secret><checksum>`. The prefix lets secret scanners find a leak, the id finds the
 * record, the secret has 166 bits, and the checksum refuses a mistyped key without a look-up. The checksum protects nothing: anybody
 * can compute it.
 */
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 28;
/** 62⁶ exceeds 2³². */
const CHECKSUM_LENGTH = 6;
const PATTERN = /^ek_(live|test)_([a-z0-9]{15})[0-9A-Za-z]{28}([0-9A-Za-z]{6})$/;

export type KeyEnvironment = 'live' | 'test';

/** The operator's keys, which are of no partner, are live ones whatever the deployment. */
export function environmentOf(key: { partner: string | null }, deployment: KeyEnvironment): KeyEnvironment {
  return key.partner === null ? 'live' : deployment;
}

export interface NewManagedKey {
  /** The whole key: shown once, stored nowhere. */
  key: string;
  /** Names the key, and may be shown. */
  prefix: string;
}

/** @param id of the record that will hold its digest */
export function createManagedKey(environment: KeyEnvironment, id: string): NewManagedKey {
  const prefix = `ek_${environment}_${id}`;
  const body = prefix + randomText(BASE62, SECRET_LENGTH);
  return { prefix, key: body + checksum(body) };
}

/** `null` for a text that cannot be an issued key, such as a mistyped one. */
export function parseManagedKey(text: string): { environment: KeyEnvironment; id: string } | null {
  const [, environment, id, sum] = PATTERN.exec(text) ?? [];
  if (!id || sum !== checksum(text.slice(0, -CHECKSUM_LENGTH))) return null;
  return { environment: environment as KeyEnvironment, id };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = BASE62[rest % BASE62.length] + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}

/** Bytes beyond the last whole multiple of the alphabet are thrown away, so that every character is equally likely. */
function randomText(alphabet: string, length: number): string {
  const bound = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < bound && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
