import sharp from 'sharp';
import { sniffType } from '../../src/lib/sniff.ts';
import type { Picture } from '../../src/lib/zones/picture.ts';
import { renderFirstPage } from './pdf.ts';
import { namesEditor } from './software.ts';
import { UnseeableError } from './unseeable-error.ts';

/** 50 megapixels hold a sheet of A4 at 700 dpi, and cost libvips at most 400 MB: 16 bits, four channels, all at once. */
const MAX_PIXELS = 50_000_000;
/** A character of a zone on a sheet of A4 is 25 pixels wide then, and the picture has at most 10 MB. */
export const MAX_EDGE = 3000;

export interface Decoded {
  /** Upright by its EXIF orientation, and no larger than MAX_EDGE. */
  picture: Picture;
  /** As it was sent, before it was made smaller. A page of a PDF has the size that it was drawn at. */
  sent: { width: number; height: number };
  isEdited: boolean;
}

/** For a process that decodes strangers' files and nothing more: it changes sharp for all of it. */
export function hardenDecoders(): void {
  // Libvips brings decoders for SVG, TIFF, GIF and more. Nobody may send those, so hostile files shall not reach them.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] });
  // Many files pass through: what libvips keeps for later is of no use for the next one.
  sharp.cache(false);
  sharp.concurrency(1);
}

/** @throws UnseeableError */
export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const type = sniffType(bytes);
  if (type === 'application/pdf') {
    const { data, width, height } = await renderFirstPage(bytes, MAX_EDGE);
    return { picture: { data, width, height }, sent: { width, height }, isEdited: false };
  }
  if (!type?.startsWith('image/')) throw new UnseeableError('picture_unreadable');
  try {
    return await decodeImage(bytes);
  } catch (error) {
    const isTooLarge = /exceeds pixel limit|too large|dimensions/i.test((error as Error).message);
    throw new UnseeableError(isTooLarge ? 'picture_too_large' : 'picture_unreadable', error);
  }
}

async function decodeImage(bytes: Uint8Array): Promise<Decoded> {
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'truncated', sequentialRead: true });
  const { autoOrient, exif, xmp } = await image.metadata();
  const { data, info } = await image
    .autoOrient()
    .resize(MAX_EDGE, MAX_EDGE, { fit: 'inside', withoutEnlargement: true })
    // Transparent parts are paper.
    .flatten({ background: '#fff' })
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 1) throw new Error(`${info.channels} channels`);
  return {
    picture: { data, width: info.width, height: info.height },
    sent: { width: autoOrient.width, height: autoOrient.height },
    isEdited: namesEditor(exif, xmp),
  };
}
