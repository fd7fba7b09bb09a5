import { randomBytes, randomInt } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { damage, greyPicture } from '../../checker/training/damage.ts';
import { drawSpecimen, type Fields } from '../../checker/training/specimens.ts';
import { unpackWeights } from '../../src/lib/zones/net.ts';
import { readZone } from '../../src/lib/zones/read-zone.ts';
import { WEIGHTS } from '../../src/lib/zones/weights.ts';

/** A passport of nobody, and what its holder would declare. */
export interface SamplePassport {
  declared: {
    full_name: string;
    country: string;
    document_type: 'passport';
    document_number: string;
    date_of_birth: string;
  };
  photo: Buffer<ArrayBuffer>;
}

/** As a telephone takes it. Its check digits are right, and its number is a new one each time. */
export async function samplePassport(): Promise<SamplePassport> {
  const number = `N${String(randomInt(1e8)).padStart(8, '0')}`;
  const expiry = `${String((new Date().getUTCFullYear() + 5) % 100)}0630`;
  const fields = {
    state: 'GBR',
    surname: 'EXAMPLE',
    given: 'ADA<MARIA',
    number,
    birth: '900430',
    expiry,
    sex: 'F',
    optional: '',
  } as const;
  return {
    photo: await legiblePhoto(fields),
    declared: {
      full_name: 'Ada Maria Example',
      country: 'GB',
      document_type: 'passport',
      document_number: number,
      date_of_birth: '1990-04-30',
    },
  };
}

/** A face that is none, on a background of its own. */
export async function sampleSelfie(): Promise<Buffer<ArrayBuffer>> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800">
    <rect width="600" height="800" fill="hsl(${randomInt(360)} 30% 70%)"/><ellipse cx="300" cy="760" rx="260" ry="190" fill="#456"/>
    <ellipse cx="300" cy="360" rx="150" ry="200" fill="#d9a98a"/><circle cx="${240 + randomInt(10)}" cy="320" r="16"/>
    <circle cx="${350 + randomInt(10)}" cy="320" r="16"/><path d="M240 450q60 50 120 0" fill="none" stroke="#8d4f3f" stroke-width="10"/></svg>`;
  return Buffer.from(await sharp(Buffer.from(svg)).jpeg().toBuffer());
}

const MOST_PHOTOS = 10;

/** Some photos are too poor to be read surely. Then the applicant takes another one. */
async function legiblePhoto(fields: Partial<Fields>): Promise<Buffer<ArrayBuffer>> {
  const weights = unpackWeights(WEIGHTS);
  for (let taken = 1; ; taken++) {
    const seed = randomInt(1e6);
    const photo = await damage(drawSpecimen({ format: 'TD3', seed, fields }), 'good', seed);
    if (taken === MOST_PHOTOS || readZone(await greyPicture(photo), weights)?.isSure) return Buffer.from(photo);
  }
}

function chunk(type: string, data: Buffer): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** A real PNG of noise, `width` × `height` grey pixels: noise, so that it does not compress and no two are alike. */
export function samplePng(width = 480, height = 300): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), randomBytes(width)]));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
