import bwipjs, { type RenderOptions } from 'bwip-js/node';
import sharp from 'sharp';
import type { Picture } from '../../src/lib/zones/picture.ts';

export interface Damage {
  widthPx: number;
  /** At most, to either side. */
  tiltDegrees: number;
  blurPx: number;
  /** Standard deviation in steps of grey. */
  noise: number;
  jpegQuality: number;
}

export const DAMAGES: Record<'scan' | 'good' | 'phone' | 'poor', Damage> = {
  scan: { widthPx: 1600, tiltDegrees: 1, blurPx: 0, noise: 2, jpegQuality: 92 },
  good: { widthPx: 1600, tiltDegrees: 4, blurPx: 0.6, noise: 5, jpegQuality: 85 },
  phone: { widthPx: 1400, tiltDegrees: 9, blurPx: 1, noise: 9, jpegQuality: 75 },
  poor: { widthPx: 1100, tiltDegrees: 15, blurPx: 1.3, noise: 13, jpegQuality: 60 },
};

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const FAMILIES = ['SAMPLE', 'MOTORIST', 'PUBLIC', 'TESTER'];
const GIVEN = ['MICHAEL', 'JOHN', 'MARY', 'ANN'];

/** Text of a licence by AAMVA, version 10. Only number, names and dates differ. */
export function licenceText(random: () => number): string {
  const pick = (words: string[]) => words[Math.floor(random() * words.length)] as string;
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
  const elements = [
    `DAQT${digits(8)}`,
    `DCS${pick(FAMILIES)}`,
    'DDEN',
    `DAC${pick(GIVEN)}`,
    'DDFN',
    `DAD${pick(GIVEN)}`,
    'DDGN',
    ...['DCAD', 'DCBK', 'DCDPH', 'DBD06062024'],
    `DBB0${1 + Math.floor(random() * 9)}1719${50 + Math.floor(random() * 50)}`,
    ...['DBA12102032', 'DBC1', 'DAU068 in', 'DAYBRO', 'DAG2300 WEST BROAD STREET', 'DAIRICHMOND', 'DAJVA'],
    ...['DAK232690000  ', `DCF${digits(22)}`, 'DCGUSA', `DCK${digits(9)}`, 'DDAF', 'DDB06062018', 'DDD1'],
  ];
  const subfile = `DL${elements.join('\n')}\r`;
  return `@\n\x1e\rANSI 636000100001DL0031${String(subfile.length).padStart(4, '0')}${subfile}`;
}

/** A card of 1600 pixels with the barcode as wide as on real ones, photographed with that damage. */
export async function photographLicence(text: string, damage: Damage, random: () => number): Promise<Picture> {
  const options = { bcid: 'pdf417', text, columns: 12, eclevel: 3, scale: 3, rowmult: 3, binarytext: true };
  const code: Buffer = await bwipjs.toBuffer(options as RenderOptions);
  const drawn = await sharp(code).flatten({ background: '#fff' }).resize({ width: 1300 }).toBuffer();
  const card = sharp({ create: { width: 1600, height: 1000, channels: 3, background: '#dfe6ea' } });
  const laid = await card
    .composite([{ input: drawn, left: 150, top: 150 }])
    .png()
    .toBuffer();
  const tilted = await sharp(laid)
    .rotate((2 * random() - 1) * damage.tiltDegrees, { background: '#776655' })
    .toBuffer();
  const smaller = sharp(tilted).resize({ width: damage.widthPx }).greyscale();
  const blurred = damage.blurPx > 0 ? smaller.blur(damage.blurPx) : smaller;
  const { data, info } = await blurred.raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at++) {
    // Four even ones are near enough to a normal distribution; their deviation is 0.577.
    const even = random() + random() + random() + random() - 2;
    data[at] = Math.max(0, Math.min(255, (data[at] as number) + (even / 0.577) * damage.noise));
  }
  const jpeg = sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } });
  const sent = await jpeg.jpeg({ quality: damage.jpegQuality }).toBuffer();
  const decoded = await sharp(sent).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data: decoded.data, width: decoded.info.width, height: decoded.info.height };
}
