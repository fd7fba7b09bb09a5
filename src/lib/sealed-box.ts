/**
 * Text that only this Worker can read and nobody can change: AES-256-GCM, with a key derived by HKDF-SHA-256 (RFC 5869) from a configured
 * secret. A box is the base64url of 12 bytes of nonce and the ciphertext.
 */
import { base64url } from 'jose';

export interface SealOptions {
  /** The first seals, all open: so a secret can be replaced. */
  secrets: readonly string[];
  /** Separates the keys that one secret gives: a box sealed for one purpose does not open for another. */
  purpose: string;
}

const NONCE_BYTES = 12;
const encoder = new TextEncoder();

export async function seal(text: string, { secrets: [secret = ''], purpose }: SealOptions): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await deriveKey(secret, purpose);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(text)));
  const bytes = new Uint8Array(NONCE_BYTES + ciphertext.length);
  bytes.set(iv);
  bytes.set(ciphertext, NONCE_BYTES);
  return base64url.encode(bytes);
}

/** `null` for a box that is damaged, that none of the secrets sealed, or that was sealed for another purpose. */
export async function open(box: string, { secrets, purpose }: SealOptions): Promise<string | null> {
  for (const secret of secrets) {
    try {
      const bytes = base64url.decode(box);
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, NONCE_BYTES) };
      const key = await deriveKey(secret, purpose);
      return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(NONCE_BYTES)));
    } catch {
      // GCM tells a wrong key by its tag: the next secret may be the right one.
    }
  }
  return null;
}

async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(purpose) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
