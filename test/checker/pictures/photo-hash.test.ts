import type { Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { decode } from '../../../checker/pictures/decode.ts';
import { hashPhoto } from '../../../checker/pictures/photo-hash.ts';
import { photo } from '../support/files.ts';

const hashOf = async (picture: Sharp) => hashPhoto((await decode(await picture.png().toBuffer())).picture);
const distance = (a: string, b: string) => (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;

it('a hash is 64 bits as 16 digits', async () => {
  expect(await hashOf(photo())).toMatch(/^[0-9a-f]{16}$/);
});

it.each<[string, (picture: Sharp) => Sharp | Promise<Buffer>]>([
  ['smaller', (picture) => picture.resize(160)],
  ['grey', (picture) => picture.greyscale()],
  ['brighter', (picture) => picture.linear(1.1, 10)],
  ['blurred', (picture) => picture.blur(2)],
])('the same photo %s is at a distance of 3 bits or less', async (_, change) => {
  expect(distance(await hashOf(photo()), await hashOf(change(photo()) as Sharp))).toBeLessThanOrEqual(3);
});

it('the same photo mirrored, and another one, are far', async () => {
  const hash = await hashOf(photo());
  expect(distance(hash, await hashOf(photo().flop()))).toBeGreaterThan(12);
  expect(distance(hash, await hashOf(photo().rotate(90)))).toBeGreaterThan(12);
});

it('one even colour has a hash too', async () => {
  expect(hashPhoto({ width: 10, height: 10, data: new Uint8Array(100).fill(9) })).toMatch(/^[0-9a-f]{16}$/);
});
