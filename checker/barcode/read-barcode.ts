import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import type { Picture } from '../../src/lib/zones/picture.ts';
import { type Licence, parseLicence } from './aamva.ts';
import { turn } from './rotate.ts';
import { mayHoldBarcode } from './stripes.ts';

const OPTIONS: ReaderOptions = { formats: ['PDF417'], maxNumberOfSymbols: 1, tryInvert: false };
const SMALL_PX = 1000;
const LARGE_PX = 1800;
/**
 * The small copy takes a sixth of the time and is enough for most; in the large one a module of a whole card is 4 pixels wide.
 * One threshold for the whole picture stands far more noise and tilt than thresholds by neighbourhood, which stand shade.
 */
const PASSES = [
  { edge: SMALL_PX, binarizer: 'GlobalHistogram' },
  { edge: LARGE_PX, binarizer: 'GlobalHistogram' },
  { edge: LARGE_PX, binarizer: 'LocalAverage' },
] as const;
/** zxing itself finds a PDF417 that is tilted by 2 degrees, on its side or on its head. */
const ANGLES = [0, 3, -3, 6, -6, 9, -9, 12, -12, 15, -15];
/** Beside an angle that gave a text: the pixels differ, so the same errors don't come twice. */
const CONFIRMING_ANGLES = [1, -1, 2, -2];

let prepared: Promise<void> | null = null;

/** The package would fetch its WebAssembly from a network. */
function prepare(): Promise<void> {
  prepared ??= readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))).then((wasm) =>
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } }),
  );
  return prepared;
}

/**
 * The bytes of a PDF417: its text would have control characters escaped. Null without one, `unsure` if no two readings agree:
 * too many damaged codewords are corrected to another text, and zxing calls it valid.
 */
export async function readPdf417(picture: Picture): Promise<Uint8Array | 'unsure' | null> {
  if (!mayHoldBarcode(turn(picture, 0, SMALL_PX))) return null;
  await prepare();
  const seen = new Set<string>();
  for (const pass of PASSES) {
    for (const angle of ANGLES) {
      const bytes = await readOnce(picture, angle, pass);
      if (!bytes) continue;
      if (isAgain(bytes, seen)) return bytes;
      for (const beside of CONFIRMING_ANGLES) {
        const other = await readOnce(picture, angle + beside, pass);
        if (other && isAgain(other, seen)) return other;
      }
    }
  }
  return seen.size > 0 ? 'unsure' : null;
}

function isAgain(bytes: Uint8Array, seen: Set<string>): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  const isKnown = seen.has(text);
  seen.add(text);
  return isKnown;
}

async function readOnce(picture: Picture, angle: number, { edge, binarizer }: (typeof PASSES)[number]) {
  const results = await readBarcodes(toImageData(turn(picture, angle, edge)), { ...OPTIONS, binarizer });
  return results.find(({ isValid }) => isValid)?.bytes ?? null;
}

/** `unreadable` for a PDF417 that is unsure or no licence by AAMVA. */
export async function readLicence(picture: Picture): Promise<Licence | 'unreadable' | null> {
  const bytes = await readPdf417(picture);
  if (bytes === null) return null;
  return (bytes !== 'unsure' && parseLicence(bytes)) || 'unreadable';
}

type ImageData = Extract<Parameters<typeof readBarcodes>[0], { colorSpace: unknown }>;

function toImageData({ width, height, data }: Picture): ImageData {
  const pixels = new Uint32Array(data.length);
  for (let at = 0; at < data.length; at++) pixels[at] = 0xff000000 | ((data[at] as number) * 0x010101);
  return { data: new Uint8ClampedArray(pixels.buffer), width, height, colorSpace: 'srgb' } as ImageData;
}
