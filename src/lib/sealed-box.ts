/** AES-256-GCM with a key derived by HKDF-SHA-256 (RFC 5869) from a configured secret. Layout: 12 bytes of nonce, then the ciphertext. */
const NONCE_BYTES = 12;
const encoder = new TextEncoder();

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

/** `purpose` separates the keys that one secret gives, so that a box sealed for one use cannot be opened in another. */
export async function seal(secret: string, purpose: string, text: string): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await deriveKey(secret, purpose);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(text)));
  const box = new Uint8Array(NONCE_BYTES + ciphertext.length);
  box.set(iv);
  box.set(ciphertext, NONCE_BYTES);
  return box;
}

/** `null` for a box sealed with another secret or purpose, or damaged. */
export async function open(secret: string, purpose: string, box: Uint8Array): Promise<string | null> {
  try {
    const key = await deriveKey(secret, purpose);
    const iv = box.subarray(0, NONCE_BYTES);
    return new TextDecoder().decode(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, box.subarray(NONCE_BYTES)),
    );
  } catch {
    return null;
  }
}
