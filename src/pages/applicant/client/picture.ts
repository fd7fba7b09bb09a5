/** What arrives from a file or a camera, made into what the API takes. */
import { LIMITS } from './limits.ts';

export type Prepared = { type: 'ok'; blob: Blob; isSmall: boolean } | { type: 'unreadable' } | { type: 'large' };

/** Small enough for a phone's connection, large enough for small print: 2,000 px across an ID-1 card are 590 dpi. */
const MAX_BYTES = 3_000_000;
const MAX_SIDE = 3200;
const LEGIBLE_SIDE = 2000;
const SMALL_SIDE = 1000;
const QUALITIES = [0.92, 0.85, 0.78, 0.7, 0.6];
const LAST_QUALITIES = [0.5, 0.35, 0.2];

export async function prepareDocument(file: Blob): Promise<Prepared> {
  if (!(await isPdf(file))) return preparePicture(file);
  if (file.size > LIMITS.document_front.maxSize) return { type: 'large' };
  return { type: 'ok', blob: new Blob([file], { type: 'application/pdf' }), isSmall: false };
}

export function prepareVideo(file: Blob): Prepared {
  const type = file.type.split(';', 1)[0] ?? '';
  if (!LIMITS.facial_video.mimeTypes.includes(type) || file.size === 0) return { type: 'unreadable' };
  return file.size > LIMITS.facial_video.maxSize ? { type: 'large' } : { type: 'ok', blob: file, isSmall: false };
}

/** Every picture is encoded again as JPEG: upright, and without a camera's metadata, such as the place. */
export async function preparePicture(file: Blob): Promise<Prepared> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return { type: 'unreadable' };
  }
  const side = Math.max(bitmap.width, bitmap.height);
  try {
    return { type: 'ok', blob: await encode(bitmap, side), isSmall: side < SMALL_SIDE };
  } catch {
    return { type: 'unreadable' };
  } finally {
    bitmap.close();
  }
}

/** Gives up quality before size, down to where print stays legible; only a picture of noise gets beyond that. */
async function encode(bitmap: ImageBitmap, side: number): Promise<Blob> {
  const attempts = [
    ...QUALITIES.map((quality) => ({ quality, side: Math.min(side, MAX_SIDE) })),
    ...[...QUALITIES, ...LAST_QUALITIES].map((quality) => ({ quality, side: Math.min(side, LEGIBLE_SIDE) })),
  ];
  let canvas: HTMLCanvasElement | null = null;
  let drawn = 0;
  for (const attempt of attempts) {
    if (!canvas || drawn !== attempt.side) canvas = draw(bitmap, attempt.side / side);
    drawn = attempt.side;
    const blob = await toJpeg(canvas, attempt.quality);
    if (blob.size <= MAX_BYTES) return blob;
  }
  throw new Error('Too large at any quality');
}

function draw(bitmap: ImageBitmap, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas');
  context.imageSmoothingQuality = 'high';
  // JPEG has no transparency: what was transparent becomes paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export function toJpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('Not encoded'))), 'image/jpeg', quality);
  });
}

/** As the API judges it: white space may stand before the signature, and `text` drops a byte order mark. */
async function isPdf(file: Blob): Promise<boolean> {
  const start = file.slice(0, 1024).text();
  return /^[\t\n\f\r ]*%PDF-/.test(await start.catch(() => ''));
}
