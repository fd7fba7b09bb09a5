/** What arrives from a file or a camera, made into what the API takes. */
import { SNIFF_BYTES, sniffType } from '../../../lib/sniff.ts';
import { type Decoded, decode } from './decode.ts';
import { LIMITS } from './limits.ts';

export type Prepared =
  | { type: 'ok'; blob: Blob; isSmall: boolean }
  | { type: 'unreadable' }
  | { type: 'heic' }
  | { type: 'large' };

/** Small enough for a phone's connection, large enough for small print: 2,000 px across an ID-1 card are 590 dpi. */
const MAX_BYTES = 3_000_000;
const MAX_SIDE = 3200;
const LEGIBLE_SIDE = 2000;
const SMALL_SIDE = 1000;
const QUALITIES = [0.92, 0.85, 0.78, 0.7, 0.6];
const LAST_QUALITIES = [0.5, 0.35, 0.2];
/** What phones write as HEIC or HEIF (ISO 14496-12 brands). */
const HEIC = /^....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s;

export async function prepareDocument(file: Blob): Promise<Prepared> {
  if ((await typeOf(file)) !== 'application/pdf') return preparePicture(file);
  if (file.size > LIMITS.document_front.maxSize) return { type: 'large' };
  return { type: 'ok', blob: new Blob([file], { type: 'application/pdf' }), isSmall: false };
}

/** By content: names and types of files are what an app or a system made of them. */
export async function prepareVideo(file: Blob): Promise<Prepared> {
  const type = await typeOf(file);
  if (!type || !LIMITS.facial_video.mimeTypes.includes(type)) return { type: 'unreadable' };
  if (file.size > LIMITS.facial_video.maxSize) return { type: 'large' };
  return { type: 'ok', blob: new Blob([file], { type }), isSmall: false };
}

/** Every picture is encoded again as JPEG: upright, and without a camera's metadata, such as the place. */
export async function preparePicture(file: Blob): Promise<Prepared> {
  const picture = await decode(file);
  if (!picture) return { type: HEIC.test(await latin1(file)) ? 'heic' : 'unreadable' };
  const side = Math.max(picture.width, picture.height);
  try {
    return { type: 'ok', blob: await encode(picture, side), isSmall: side < SMALL_SIDE };
  } catch {
    return { type: 'unreadable' };
  } finally {
    picture.release();
  }
}

/** Small enough to be kept in a tab's storage; `null` when it is no picture. */
export async function thumbnail(file: Blob, side: number): Promise<string | null> {
  const picture = await decode(file);
  if (!picture) return null;
  try {
    return draw(picture, side / Math.max(picture.width, picture.height)).toDataURL('image/jpeg', 0.7);
  } finally {
    picture.release();
  }
}

/** In colours, with no side longer than `side`; `null` when it is no picture. */
export async function pixelsOf(file: Blob, side: number): Promise<ImageData | null> {
  const picture = await decode(file);
  if (!picture) return null;
  try {
    const canvas = draw(picture, Math.min(1, side / Math.max(picture.width, picture.height)));
    return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
  } finally {
    picture.release();
  }
}

/** Gives up quality before size, down to where print stays legible; only a picture of noise gets beyond that. */
async function encode(picture: Decoded, side: number): Promise<Blob> {
  const attempts = [
    ...QUALITIES.map((quality) => ({ quality, side: Math.min(side, MAX_SIDE) })),
    ...[...QUALITIES, ...LAST_QUALITIES].map((quality) => ({ quality, side: Math.min(side, LEGIBLE_SIDE) })),
  ];
  let canvas: HTMLCanvasElement | null = null;
  let drawn = 0;
  for (const attempt of attempts) {
    if (!canvas || drawn !== attempt.side) canvas = draw(picture, attempt.side / side);
    drawn = attempt.side;
    const blob = await toJpeg(canvas, attempt.quality);
    if (blob.size <= MAX_BYTES) return blob;
  }
  throw new Error('Too large at any quality');
}

function draw({ source, width, height }: Decoded, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas');
  context.imageSmoothingQuality = 'high';
  // JPEG has no transparency: what was transparent becomes paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export function toJpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('Not encoded'))), 'image/jpeg', quality);
  });
}

async function headOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
}

function typeOf(file: Blob) {
  return headOf(file).then(sniffType, () => null);
}

function latin1(file: Blob): Promise<string> {
  return headOf(file).then(
    (head) => String.fromCharCode(...head.subarray(0, 12)),
    () => '',
  );
}
