/** What happens between a document and its picture: a hand, a lamp, a camera, a file. */
import sharp from 'sharp';
import type { Picture, Point } from '../../src/lib/zones/picture.ts';
import { homography, project } from '../../src/lib/zones/projection.ts';
import { Random } from './random.ts';

export interface Damage {
  /** Of the picture, in pixels; the document fills six sevenths of it. */
  width: number;
  /** In degrees, to one side or the other. */
  tilt: number;
  /** How far each corner is moved, by half of the document. */
  perspective: number;
  /** The deviation in pixels. */
  blur: number;
  noise: number;
  quality: number;
  shade: number;
  quarterTurns: number;
  glare: boolean;
}

const PHOTO: Damage = {
  width: 1400,
  tilt: 3,
  perspective: 0.03,
  blur: 0.8,
  noise: 15,
  quality: 75,
  shade: 0.2,
  quarterTurns: 0,
  glare: false,
};

export const STRESSES = {
  scan: { ...PHOTO, width: 1600, tilt: 0, perspective: 0, blur: 0, noise: 4, quality: 92, shade: 0 },
  good: { ...PHOTO, width: 1600, tilt: 2, perspective: 0.02, blur: 0.6, noise: 10, quality: 85, shade: 0.1 },
  phone: { ...PHOTO, tilt: 5, perspective: 0.05, blur: 1, noise: 18 },
  poor: { ...PHOTO, width: 1100, tilt: 8, perspective: 0.07, blur: 1.3, noise: 25, quality: 60, shade: 0.3 },
  '500 px': { ...PHOTO, width: 500 },
  noise: { ...PHOTO, noise: 45 },
  q20: { ...PHOTO, quality: 20 },
  'tilt 14°': { ...PHOTO, tilt: 14 },
  'turned 90°': { ...PHOTO, quarterTurns: 1 },
  'turned 180°': { ...PHOTO, quarterTurns: 2 },
  'turned 270°': { ...PHOTO, quarterTurns: 3 },
  'blur 3 px': { ...PHOTO, blur: 3 },
  'perspective 12 %': { ...PHOTO, perspective: 0.12 },
  'strong shade': { ...PHOTO, shade: 0.6 },
  glare: { ...PHOTO, glare: true },
  '300 px': { ...PHOTO, width: 300 },
  'blur 5 px': { ...PHOTO, blur: 5 },
} satisfies Record<string, Damage>;
export type Stress = keyof typeof STRESSES;

/** Gives a JPEG. */
export async function damage(
  document: { svg: string; width: number; height: number },
  stress: Stress | Damage,
  seed: number,
): Promise<Buffer> {
  const how = typeof stress === 'string' ? STRESSES[stress] : stress;
  const random = new Random(seed);
  const image = photograph(await rendered(document), how, random);
  let camera = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
  if (how.blur > 0.3) camera = camera.blur(how.blur);
  let photo: Buffer = await camera.jpeg({ quality: how.quality }).toBuffer();
  if (how.glare) photo = await withGlare(photo, image, random);
  return how.quarterTurns === 0
    ? photo
    : sharp(photo)
        .rotate(how.quarterTurns * 90)
        .jpeg()
        .toBuffer();
}

/** As the reader wants it: grey, not wider or higher than `most`, and turned as the file says. */
export async function greyPicture(image: Buffer | string, most = 1600): Promise<Picture> {
  const fitted = sharp(image).rotate().resize(most, most, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await fitted
    .flatten({ background: '#fff' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

interface Colours {
  width: number;
  height: number;
  data: Uint8Array;
}

async function rendered({ svg, width, height }: { svg: string; width: number; height: number }): Promise<Colours> {
  // Twice as fine, so that a picture that is larger than the drawing is not drawn from its pixels.
  const image = sharp(Buffer.from(svg), { density: 144 })
    .resize(width * 2, height * 2)
    .flatten();
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function photograph(document: Colours, how: Damage, random: Random): Colours {
  const width = how.width;
  const height = Math.round((width * document.height * 1.04) / document.width);
  const toDocument = placed(document, how, width, height, random);
  const desk = [random.between(90, 170), random.between(80, 150), random.between(70, 130)] as const;
  const light = random.between(0.75, 0.95);
  const [shadeX, shadeY] = [(random.next() - 0.5) * how.shade, (random.next() - 0.5) * how.shade];
  const data = new Uint8Array(width * height * 3);
  // Every pixel of a sensor gathers what falls on all of it.
  const n = Math.max(1, Math.min(4, Math.round(document.width / width)));
  const colour = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      colour.fill(0);
      for (let k = 0; k < n * n; k++) {
        const { x: u, y: v } = project(toDocument, x + ((k % n) + 0.5) / n - 0.5, y + (((k / n) | 0) + 0.5) / n - 0.5);
        addColour(colour, document, u, v, desk);
      }
      const shade = (light + shadeX * (x / width - 0.5) * 2 + shadeY * (y / height - 0.5) * 2) / (n * n);
      for (let c = 0; c < 3; c++) {
        const value = shade * (colour[c] as number) + (random.next() + random.next() + random.next() - 1.5) * how.noise;
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, value));
      }
    }
  }
  return { width, height, data };
}

/** From the picture's pixels to the document's. */
function placed(document: Colours, how: Damage, width: number, height: number, random: Random) {
  const half = { x: width / 1.16 / 2, y: (width / 1.16 / 2) * (document.height / document.width) };
  const angle = ((random.chance(0.5) ? -1 : 1) * how.tilt * random.between(0.6, 1) * Math.PI) / 180;
  const corners: Point[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([sideX, sideY]) => {
    const x = half.x * ((sideX as number) + (random.next() - 0.5) * 2 * how.perspective);
    const y = half.y * ((sideY as number) + (random.next() - 0.5) * 2 * how.perspective);
    return {
      x: width / 2 + x * Math.cos(angle) - y * Math.sin(angle),
      y: height / 2 + x * Math.sin(angle) + y * Math.cos(angle),
    };
  });
  const [right, foot] = [document.width, document.height];
  return homography(corners, [
    { x: 0, y: 0 },
    { x: right, y: 0 },
    { x: right, y: foot },
    { x: 0, y: foot },
  ]);
}

function addColour(sum: Float64Array, document: Colours, x: number, y: number, desk: readonly number[]): void {
  const { width, height, data } = document;
  const isDesk = x < 0 || y < 0 || x >= width || y >= height;
  const at = ((y | 0) * width + (x | 0)) * 3;
  for (let c = 0; c < 3; c++) (sum[c] as number) += (isDesk ? desk[c] : data[at + c]) as number;
}

/** A lamp's reflection over a part of the zone. */
async function withGlare(photo: Buffer, { width, height }: Colours, random: Random): Promise<Buffer> {
  const [x, y] = [width * random.between(0.3, 0.7), height * random.between(0.74, 0.86)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><radialGradient id="lamp">
    <stop offset="0" stop-color="#fff"/><stop offset=".5" stop-color="#fff" stop-opacity=".85"/>
    <stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
    <ellipse cx="${x}" cy="${y}" rx="${width * random.between(0.06, 0.14)}" ry="${height * random.between(0.06, 0.12)}" fill="url(#lamp)"/></svg>`;
  return sharp(photo)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg()
    .toBuffer();
}
