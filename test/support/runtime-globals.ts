/** What workerd has and Node 24 has not, for tests that run the Worker's code in Node to control its clock. */
import { timingSafeEqual } from 'node:crypto';

Object.assign(crypto.subtle, { timingSafeEqual });
Object.assign(Uint8Array, {
  fromHex: (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex')),
  fromBase64: (text: string) => Uint8Array.from(Buffer.from(text, 'base64')),
});
Object.defineProperty(Uint8Array.prototype, 'toHex', {
  configurable: true,
  value(this: Uint8Array) {
    return Buffer.from(this).toString('hex');
  },
});
Object.defineProperty(Uint8Array.prototype, 'toBase64', {
  configurable: true,
  value(this: Uint8Array, { alphabet = 'base64' as 'base64' | 'base64url' } = {}) {
    return Buffer.from(this).toString(alphabet);
  },
});
