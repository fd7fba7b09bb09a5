const encoder = new TextEncoder();

export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
}

export async function sha256Hex(text: string): Promise<string> {
  return (await sha256(text)).toHex();
}

/** Names a secret without revealing it. */
export async function keyId(secret: string): Promise<string> {
  return (await sha256Hex(secret)).slice(0, 8);
}

/** Secrets are compared by their digests: `timingSafeEqual` throws when lengths differ, and a secret's length must not leak. */
export function digestsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return crypto.subtle.timingSafeEqual(a, b);
}
