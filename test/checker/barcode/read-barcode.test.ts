import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DAMAGES, licenceText, photographLicence, randomFrom } from '../../../bench/lib/licence.ts';
import { readLicence, readPdf417 } from '../../../checker/barcode/read-barcode.ts';
import { turn } from '../../../checker/barcode/rotate.ts';

const SEED = 18;
/** Its first reading has damaged codewords that were corrected to another text. */
const MISREAD_SEED = 3_166_197_544;

async function photograph(text: string, level: keyof typeof DAMAGES, changes = {}) {
  return photographLicence(text, { ...DAMAGES[level], ...changes }, randomFrom(SEED));
}

const textOf = (read: Uint8Array | string | null) =>
  read instanceof Uint8Array ? Buffer.from(read).toString('latin1') : read;

describe('The barcode of a drawn licence', () => {
  it.each(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])('is read exactly, damage %s', async (level) => {
    const text = licenceText(randomFrom(SEED));
    expect(textOf(await readPdf417(await photograph(text, level)))).toBe(text);
  });

  it.each([-15, -7, 5, 15, 90, 98, 180, 265])('is read when the card is turned by %i degrees', async (degrees) => {
    const text = licenceText(randomFrom(SEED));
    const picture = turn(await photograph(text, 'good', { tiltDegrees: 0 }), degrees, 1600);
    expect(textOf(await readPdf417(picture))).toBe(text);
  });

  it('is read rightly where zxing calls a wrong text valid', async () => {
    const random = randomFrom(MISREAD_SEED);
    const text = licenceText(random);
    expect(textOf(await readPdf417(await photographLicence(text, DAMAGES.phone, random)))).toBe(text);
  });

  it('becomes a licence, and a PDF417 of other content is unreadable', async () => {
    const licence = await readLicence(await photograph(licenceText(randomFrom(SEED)), 'scan'));
    expect(licence).toMatchObject({ version: 10, subfile: 'DL', country: 'US', jurisdiction: 'VA' });
    const other = 'SOMETHING THAT IS NO LICENCE '.repeat(8);
    expect(await readLicence(await photograph(other, 'scan'))).toBe('unreadable');
  });

  it('is not found where there is none', async () => {
    const { data, info } = await sharp({ create: { width: 1200, height: 800, channels: 3, background: '#9ab' } })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(await readLicence({ data, width: info.width, height: info.height })).toBeNull();
    expect(await readLicence({ data: new Uint8Array(1), width: 1, height: 1 })).toBeNull();
  });
});
