/** The standard security handler (ISO 32000-2 §7.6.4), asked one thing only: whether the empty user password opens the file. */
import { Buffer } from 'node:buffer';
import { createCipheriv, createHash } from 'node:crypto';
import type { Encryption } from './scan.ts';
import type { Dictionary, Name } from './syntax.ts';

/** §7.6.4.3.2: what a password is padded with, and so what the empty one is. */
const EMPTY_PASSWORD = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const SALT_AT = 32;
const SALT_END = 40;

/** Whether nobody opens the file without a password. False also for what is doubtful: other handlers, missing or odd entries. */
export function surelyNeedsPassword({ dictionary, id }: Encryption): boolean {
  const revision = dictionary.get('R');
  const user = bytesOf(dictionary, 'U');
  if (!encryptsContent(dictionary) || !user) return false;
  if (revision === 5 || revision === 6) {
    if (user.length < SALT_END + 8) return false;
    const salt = user.subarray(SALT_AT, SALT_END);
    const digest = revision === 5 ? hash('sha256', salt) : hardenedHash(salt);
    return !digest.equals(user.subarray(0, 32));
  }
  const [owner, permissions] = [bytesOf(dictionary, 'O'), dictionary.get('P')];
  if (revision !== 2 && revision !== 3 && revision !== 4) return false;
  if (!owner || owner.length < 32 || user.length < 32 || id === null || typeof permissions !== 'number') return false;
  const fileId = Buffer.from(id, 'latin1');
  const parts = [EMPTY_PASSWORD, owner.subarray(0, 32), int32(permissions), fileId];
  if (revision === 4 && dictionary.get('EncryptMetadata') === false) parts.push(int32(-1));
  const digest = hash('md5', ...parts);
  return !keyLengths(dictionary, revision).some((length) => opens(digest, length, { revision, user, fileId }));
}

/** From version 4 on a file may name no cipher for its streams and strings: then attachments alone are encrypted. */
function encryptsContent(dictionary: Dictionary): boolean {
  const version = dictionary.get('V');
  if (version === 1 || version === 2) return true;
  if (version !== 4 && version !== 5) return false;
  const filters = ['StmF', 'StrF'].map((key) => (dictionary.get(key) as Name | undefined)?.name ?? 'Identity');
  return filters.some((name) => name !== 'Identity');
}

/** In bytes. Writers disagree about `Length`, so a file opens if any of them opens it. */
function keyLengths(dictionary: Dictionary, revision: number): number[] {
  if (revision === 2) return [5];
  const bits = dictionary.get('Length');
  const declared = typeof bits === 'number' && bits >= 40 && bits <= 128 ? [bits >> 3] : [];
  return [...new Set([...declared, 16, 5])];
}

/** §7.6.4.4.3 and §7.6.4.4.4: whether the entry `U` is what this key makes of it. */
function opens(digest: Buffer, keyLength: number, file: { revision: number; user: Buffer; fileId: Buffer }): boolean {
  if (file.revision === 2) return rc4(digest.subarray(0, keyLength), EMPTY_PASSWORD).equals(file.user.subarray(0, 32));
  let key = digest.subarray(0, keyLength);
  for (let round = 0; round < 50; round++) key = hash('md5', key).subarray(0, keyLength);
  let proof = hash('md5', EMPTY_PASSWORD, file.fileId);
  for (let round = 0; round < 20; round++)
    proof = rc4(
      key.map((byte: number) => byte ^ round),
      proof,
    );
  return proof.equals(file.user.subarray(0, 16));
}

/** §7.6.4.3.4, algorithm 2.B, for the empty password. */
function hardenedHash(salt: Buffer): Buffer {
  let key = hash('sha256', salt);
  for (let round = 0, last = 0; round < 64 || last > round - 32; round++) {
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(false);
    const block = cipher.update(Buffer.concat(Array.from({ length: 64 }, () => key)));
    // As 256 leaves 1 when divided by 3, so does a number what the sum of its bytes leaves.
    const choice = block.subarray(0, 16).reduce((sum: number, byte: number) => sum + byte, 0) % 3;
    key = hash(['sha256', 'sha384', 'sha512'][choice] as string, block);
    last = block.at(-1) ?? 0;
  }
  return key.subarray(0, 32);
}

/** Our own, as neither WebCrypto nor workerd's OpenSSL has this cipher any more. */
function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const swap = (a: number, b: number) => ([state[a], state[b]] = [state[b] as number, state[a] as number]);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + (state[i] as number) + (key[i % key.length] as number)) & 0xff;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(data).map((byte: number) => {
    i = (i + 1) & 0xff;
    j = (j + (state[i] as number)) & 0xff;
    swap(i, j);
    return byte ^ (state[((state[i] as number) + (state[j] as number)) & 0xff] as number);
  }) as Buffer;
}

function hash(algorithm: string, ...parts: Uint8Array[]): Buffer {
  const digest = createHash(algorithm);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}

function bytesOf(dictionary: Dictionary, key: string): Buffer | null {
  const value = dictionary.get(key);
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : null;
}
