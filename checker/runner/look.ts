import { unpackWeights } from '../../src/lib/zones/net.ts';
import { readZone } from '../../src/lib/zones/read-zone.ts';
import { WEIGHTS } from '../../src/lib/zones/weights.ts';
import { readLicence } from '../barcode/read-barcode.ts';
import { decode } from '../pictures/decode.ts';
import { measure } from '../pictures/measures.ts';
import { hashPhoto } from '../pictures/photo-hash.ts';
import { type Parts, videoFacts } from '../pictures/video.ts';
import type { Task } from './child-protocol.ts';
import type { Seen } from './seen.ts';

const WEIGHTS_OF_READER = unpackWeights(WEIGHTS);

/**
 * Everything that the checks want of one file, since each of them would decode it again.
 * @throws UnseeableError
 */
export async function look({ kind }: Task, file: Parts): Promise<Seen> {
  if (kind === 'facial_video') return { video: await videoFacts(file) };
  const { picture, sent, isEdited } = await decode(file.read(0, file.size));
  if (kind === 'facial_photo') {
    return { picture: { ...sent, ...measure(picture, null), isEdited }, photoHash: hashPhoto(picture) };
  }
  const zone = readZone(picture, WEIGHTS_OF_READER);
  const barcode = await readLicence(picture);
  const { width, height } = picture;
  return {
    picture: { ...sent, ...measure(picture, zone?.corners ?? null), isEdited },
    zone: zone && { ...zone, place: { corners: zone.corners, width, height } },
    barcode,
  };
}
