/** Rows of random characters as a camera might have kept them: what the net learns from. */
import sharp from 'sharp';
import { ALPHABET } from '../../src/lib/zones/alphabet.ts';
import type { Picture } from '../../src/lib/zones/picture.ts';
import { type FontName, faceOf } from './fonts.ts';
import type { Random } from './random.ts';

export const ROW_LENGTH = 26;
/** In characters: what stands around the first and the last, and the row's height. */
const MARGIN = 2;
const HEIGHT = 3.2;
/** Pixels a character while the row is drawn, before the camera. */
const DRAWN_PITCH = 40;
/** What upside down is no other character. */
const ONE_WAY = 'ACDEFGJKLPRTUVY347<<<<';

export interface Row {
  picture: Picture;
  text: string;
  /** Pixels from one character to the next, and where the first one's middle is. */
  pitch: number;
  left: number;
  middle: number;
  /** Characters with an accent, which a zone can't have, or upside down: they are to be read as nothing. */
  strange: Set<number>;
}

export async function drawRow(random: Random): Promise<Row> {
  const isOver = random.chance(0.06);
  const text = isOver ? Array.from({ length: ROW_LENGTH }, () => random.pick(ONE_WAY)).join('') : randomText(random);
  const strange = new Set(isOver ? text.split('').keys() : []);
  const svg = rowSvg(random, text, strange, isOver);
  const pitch = random.chance(0.3) ? random.between(6, 12) : 12 * 3 ** random.next();
  const width = Math.round((ROW_LENGTH + 2 * MARGIN) * pitch);
  const height = Math.round(HEIGHT * pitch);
  let image = sharp(Buffer.from(svg)).greyscale().resize(width, height, { fit: 'fill' });
  // Out of focus: the deviation in characters, for the eye of the net it makes no difference how many pixels that is.
  const blur =
    pitch * (random.chance(0.38) ? 0.02 : random.chance(0.75) ? random.between(0.02, 0.11) : random.between(0.1, 0.26));
  if (blur > 0.3) image = image.blur(blur);
  const sharpPixels = await image.raw().toBuffer();
  const noise = random.chance(0.55) ? random.between(0, 12) : random.between(0, 45);
  const contrast = random.between(0.35, 1);
  const paper = random.between(120, 255);
  const shade = random.bell() * 0.2;
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const light =
      paper * (1 + shade * ((i % width) / width - 0.5)) * (1 - contrast * (1 - (sharpPixels[i] ?? 0) / 255));
    pixels[i] = Math.max(0, Math.min(255, light + random.bell() * noise));
  }
  const quality = random.chance(0.5) ? 90 : 18 + random.integer(70);
  const jpeg = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .jpeg({ quality })
    .toBuffer();
  const data = new Uint8Array(await sharp(jpeg).greyscale().raw().toBuffer());
  return {
    picture: { width, height, data },
    text,
    pitch,
    left: (MARGIN + 0.5) * pitch - 0.5,
    middle: height / 2 - 0.5,
    strange,
  };
}

function randomText(random: Random): string {
  const text = Array.from({ length: ROW_LENGTH }, () => random.pick(ALPHABET));
  if (random.chance(0.3)) text.fill('<', random.integer(ROW_LENGTH - 6), ROW_LENGTH - random.integer(6));
  for (let i = 0; i < 2; i++) if (random.chance(0.4)) text[random.integer(ROW_LENGTH)] = '<';
  return text.join('');
}

function rowSvg(random: Random, text: string, strange: Set<number>, isOver: boolean): string {
  const width = (ROW_LENGTH + 2 * MARGIN) * DRAWN_PITCH;
  const height = HEIGHT * DRAWN_PITCH;
  const font: FontName = random.chance(0.68) ? 'ocr-b' : random.chance(0.6) ? 'ocr-b-slanted' : 'typewriter';
  const face = faceOf(font);
  const capHeight = DRAWN_PITCH * (random.chance(0.7) ? random.between(0.92, 1.14) : random.between(0.8, 1.25));
  const foot = height / 2 + capHeight / 2;
  const stretch =
    (DRAWN_PITCH / capHeight) * (random.chance(0.6) ? random.between(0.9, 1.14) : random.between(0.78, 1));
  // Cuts differ in how far digits rise above capitals.
  const digits = random.chance(0.5) ? 1 : random.between(0.91, 1.02);
  const slant = random.bell() * 3 - (font === 'ocr-b-slanted' ? -8 : 0);
  const over = isOver ? ` rotate(180 0 ${-capHeight / 2})` : '';
  const letters = [...text].map((character, i) => {
    const isAccented = random.chance(0.008);
    if (isAccented) strange.add(i);
    const x = (MARGIN + i + 0.5) * DRAWN_PITCH + random.bell() * 0.6;
    const rise = /\d/.test(character) ? digits : 1;
    const outline = face.outline(character, 0, foot + random.bell() * 0.5, capHeight);
    const accent = isAccented ? accentAbove(random, foot - capHeight * 1.12) : '';
    return `<g transform="translate(${x} 0) translate(0 ${foot}) skewX(${slant})${over} scale(${stretch} ${rise}) translate(0 ${-foot})"><path d="${outline}"/>${accent}</g>`;
  });
  // Bold ink runs; thin ink is drawn by taking paper from the edge.
  const weight = random.chance(0.35) ? 0 : random.between(-1.6, 3.4);
  const stroke = weight === 0 ? '' : `stroke="${weight > 0 ? '#000' : '#fff'}" stroke-width="${Math.abs(weight)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>
    ${background(random, width, height)}<g fill="#000" ${stroke}>${letters.join('')}</g></svg>`;
}

function accentAbove(random: Random, y: number): string {
  return random.pick([
    `<path d="M-9 ${y} q4 -7 9 -3 t9 -3" fill="none" stroke="#000" stroke-width="4"/>`,
    `<path d="M-6 ${y - 3} v.1 M6 ${y - 3} v.1" stroke="#000" stroke-width="6" stroke-linecap="round"/>`,
    `<path d="M-3 ${y} l7 -6" stroke="#000" stroke-width="4"/>`,
  ]);
}

/** Guilloches, an edge or a frame along the line, specks. */
function background(random: Random, width: number, height: number): string {
  const parts: string[] = [];
  for (let i = random.chance(0.5) ? 0 : random.integer(7); i > 0; i--) {
    const [from, bend, to] = [
      random.between(-20, height + 20),
      random.between(-60, height + 60),
      random.between(-20, height + 20),
    ];
    const grey = 120 + random.integer(115);
    parts.push(
      `<path d="M0 ${from} Q${random.between(0, width)} ${bend} ${width} ${to}" fill="none" stroke="rgb(${grey},${grey},${grey})" stroke-width="${random.between(1, 7)}"/>`,
    );
  }
  if (random.chance(0.12)) {
    const y = height / 2 + (random.chance(0.5) ? 1 : -1) * DRAWN_PITCH * random.between(0.78, 1.2);
    parts.push(
      `<path d="M0 ${y} H${width}" stroke="#000" stroke-opacity="${random.between(0.2, 1)}" stroke-width="${random.between(2, 12)}"/>`,
    );
  }
  for (let i = random.chance(0.8) ? 0 : random.integer(20); i > 0; i--) {
    parts.push(
      `<circle cx="${random.between(0, width)}" cy="${random.between(0, height)}" r="${random.between(1, 4)}" fill="#555"/>`,
    );
  }
  return parts.join('');
}
