import { describe, expect, it } from 'vitest';
import { videoFacts } from '../../../checker/pictures/video.ts';
import { photo, video } from '../support/files.ts';

const factsOf = (file: Buffer) =>
  videoFacts({ size: file.length, read: (start, end) => Uint8Array.from(file.subarray(start, end)) });

const halfOf = async (file: Promise<Buffer>) => (await file).subarray(0, (await file).length / 2);

describe('facts of a video', () => {
  it.each(['mp4', 'webm'] as const)('of a %s its container says length, size and rate', async (container) => {
    expect(await factsOf(await video(container))).toEqual({
      duration_seconds: expect.closeTo(3, 1),
      width: 320,
      height: 240,
      codec: 'vp9',
      frames_per_second: expect.closeTo(10, 0),
    });
  });

  it.each([
    ['without its index', () => halfOf(video('mp4'))],
    ['whose index stands first, and half of it is missing', () => halfOf(video('mp4', { fastStart: 'in-memory' }))],
    ['that is a picture', () => photo().jpeg().toBuffer()],
    ['that is empty', async () => Buffer.alloc(0)],
    ['of noise behind its first bytes', async () => Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2noise', 'latin1')],
  ])('one %s can’t be read', async (_, make) => {
    await expect(factsOf(await make())).rejects.toMatchObject({ code: 'video_unreadable' });
  });
});
