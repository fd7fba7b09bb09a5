import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import { type Licence, parseLicence } from './aamva.ts';
import { type GreyPicture, turn } from './rotate.ts';
import { mayHoldBarcode } from './stripes.ts';

/** The small copy takes a sixth of the time and is enough for most; in the large one a module of a whole card is 4 pixels wide. */
const EDGES_PX = [1000, 1800] as const;
/** zxing itself finds a PDF417 that is tilted up to 3 degrees, on its side or on its head. */
const ANGLES = [0, 3, -3, 6, -6, 9, -9, 12, -12, 15, -15];

const OPTIONS: ReaderOptions = { formats: ['PDF417'], maxNumberOfSymbols: 1, tryInvert: false };

let prepared: Promise<void> | null = null;

/** The package would fetch its WebAssembly from a network. */
function prepare(): Promise<void> {
  prepared ??= readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))).then((wasm) =>
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } }),
  );
  return prepared;
}

/** The bytes of the first PDF417 that can be read: its text would have control characters escaped. Null without one. */
export async function readPdf417(picture: GreyPicture): Promise<Uint8Array | null> {
  if (!mayHoldBarcode(turn(picture, 0, EDGES_PX[0]))) return null;
  await prepare();
  for (const edge of EDGES_PX) {
    for (const angle of ANGLES) {
      const results = await readBarcodes(toImageData(turn(picture, angle, edge)), OPTIONS);
      const found = results.find(({ isValid }) => isValid);
      if (found) return found.bytes;
    }
  }
  return null;
}

/** `unreadable` for a PDF417 that is no licence by AAMVA. */
export async function readLicence(picture: GreyPicture): Promise<Licence | 'unreadable' | null> {
  const bytes = await readPdf417(picture);
  return bytes && (parseLicence(bytes) ?? 'unreadable');
}

type ImageData = Extract<Parameters<typeof readBarcodes>[0], { colorSpace: unknown }>;

function toImageData({ width, height, data }: GreyPicture): ImageData {
  const pixels = new Uint32Array(data.length);
  for (let at = 0; at < data.length; at++) pixels[at] = 0xff000000 | ((data[at] as number) * 0x010101);
  return { data: new Uint8ClampedArray(pixels.buffer), width, height, colorSpace: 'srgb' } as ImageData;
}
