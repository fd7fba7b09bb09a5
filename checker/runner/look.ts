import { readLicence } from '../barcode/read-barcode.ts';
import { decode } from '../pictures/decode.ts';
import { measure } from '../pictures/measures.ts';
import { hashPhoto } from '../pictures/photo-hash.ts';
import { type Parts, videoFacts } from '../pictures/video.ts';
import type { Task } from './child-protocol.ts';
import type { Seen } from './seen.ts';

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
  const barcode = await readLicence(picture);
  return { picture: { ...sent, ...measure(picture, null), isEdited }, zone: null, barcode };
}
