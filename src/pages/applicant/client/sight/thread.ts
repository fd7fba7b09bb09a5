/** The worker thread that reads zones. The policy of its file (`scripts/build-pages.ts`) allows it no request at all. */
import { unpackWeights } from '../../../../lib/zones/net.ts';
import { readZone, type ZoneReading } from '../../../../lib/zones/read-zone.ts';
import { WEIGHTS } from '../../../../lib/zones/weights.ts';
import { greyOf, type Measures, measure } from './measures.ts';

export interface Seen extends Measures {
  /** `hidden`: there are lines, and light covers a part of them. `none` too where too little of them is read to know. */
  zone: 'read' | 'unread' | 'hidden' | 'none';
}

/** A picture without a zone could keep the search busy for seconds. */
const SEARCH_MS = 1000;
/** Of the weakest character, beside right check digits; the checker alone says what is sure. */
const LIKELY = 0.3;
/** Lines of a zone, and no text that stands in such lines: so many of their characters are seen clearly. */
const CLEAR = 0.8;
const CLEAR_SHARE = 0.6;

const weights = unpackWeights(WEIGHTS);

addEventListener('message', ({ data }: MessageEvent<ImageData>) => {
  const picture = greyOf(data);
  const end = performance.now() + SEARCH_MS;
  const reading = readZone(picture, weights, () => performance.now() > end);
  postMessage({ ...measure(picture), zone: stateOf(reading) } satisfies Seen);
});

function stateOf(reading: ZoneReading | null): Seen['zone'] {
  if (!reading) return 'none';
  if (reading.weakest >= LIKELY && reading.checkDigits !== 'wrong') return 'read';
  const characters = reading.characters.flat();
  const clear = characters.filter((likelihood) => likelihood >= CLEAR).length;
  if (clear < CLEAR_SHARE * characters.length) return 'none';
  return reading.hidden.length > 0 ? 'hidden' : 'unread';
}
