import { ALL_FORMATS, CustomSource, EncodedPacketSink, Input } from 'mediabunny';
import { UnseeableError } from './unseeable-error.ts';

/** A file of which parts are read: a video has up to 90 MB, its index a few kilobytes. */
export interface Parts {
  size: number;
  read(start: number, end: number): Uint8Array;
}

export interface VideoFacts {
  duration_seconds: number;
  width: number;
  height: number;
  codec: string | null;
  frames_per_second: number;
}

const COUNTED_PACKETS = 60;

/**
 * What the container says of itself; no frame is decoded.
 * @throws UnseeableError for a video that no player could show: one without its index has no track and no duration, and mediabunny no error
 */
export async function videoFacts({ size, read }: Parts): Promise<VideoFacts> {
  const input = new Input({ formats: ALL_FORMATS, source: new CustomSource({ getSize: () => size, read }) });
  try {
    const track = await input.getPrimaryVideoTrack();
    const duration = await input.computeDuration();
    if (!track || !(duration > 0)) throw new UnseeableError('video_unreadable');
    // An index at the start tells of packets that a cut-off file no longer has.
    if (!(await new EncodedPacketSink(track).getPacket(Number.POSITIVE_INFINITY)))
      throw new UnseeableError('video_unreadable');
    const { averagePacketRate } = await track.computePacketStats(COUNTED_PACKETS);
    return {
      duration_seconds: duration,
      width: track.displayWidth,
      height: track.displayHeight,
      codec: track.codec,
      frames_per_second: averagePacketRate,
    };
  } catch (error) {
    if (error instanceof UnseeableError) throw error;
    throw new UnseeableError('video_unreadable', error);
  } finally {
    input.dispose();
  }
}
