import { deferred } from '../../browser/dom.ts';
import { toJpeg } from './picture.ts';

export type CameraTrouble = 'denied' | 'none' | 'busy';
export const VIDEO_MAX_SECONDS = 10;
const VIDEO_BITS_PER_SECOND = 2_500_000;
/** The first type that the browser can record is used. The API decides by content, so a recorder's own guess is not taken. */
const RECORDINGS = [
  'video/webm;codecs=vp9',
  'video/webm;codecs=vp8',
  'video/webm',
  'video/mp4;codecs=avc1',
  'video/mp4',
];

export function hasCamera(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * @param deviceId of the camera wanted; without it the one that faces what is to be seen
 * @throws one of `CameraTrouble`
 */
export async function openCamera(use: 'document' | 'face' | 'video', deviceId?: string): Promise<MediaStream> {
  const isVideo = use === 'video';
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        ...(deviceId
          ? { deviceId: { exact: deviceId } }
          : { facingMode: { ideal: use === 'document' ? 'environment' : 'user' } }),
        width: { ideal: isVideo ? 1280 : 4096 },
        height: { ideal: isVideo ? 960 : 3072 },
      },
    });
  } catch (error) {
    throw troubleOf(error instanceof DOMException ? error.name : '');
  }
}

/** The id of the camera after the one in use; `null` when there is no other. Browsers tell ids only once a camera may be used. */
export async function nextCamera(stream: MediaStream): Promise<string | null> {
  const devices = await navigator.mediaDevices.enumerateDevices?.().catch(() => []);
  const ids = (devices ?? []).flatMap(({ kind, deviceId }) => (kind === 'videoinput' && deviceId ? [deviceId] : []));
  if (ids.length < 2) return null;
  const current = ids.indexOf(stream.getVideoTracks()[0]?.getSettings().deviceId ?? '');
  return ids[(current + 1) % ids.length] ?? null;
}

/** Switches the lamp of the camera in use; `null` when it has none. The DOM's types don't know of `torch` yet (Image Capture). */
export function torchOf(stream: MediaStream): ((isOn: boolean) => Promise<void>) | null {
  const [track] = stream.getVideoTracks();
  const capabilities = track?.getCapabilities?.();
  if (!track || !capabilities || !('torch' in capabilities) || !capabilities.torch) return null;
  return (torch) => track.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] });
}

/** Tells when a call, the system or a pulled plug takes the camera away for a while or for good: what is shown then is a frozen frame. */
export function watchCamera(stream: MediaStream, on: { paused: (isPaused: boolean) => void; ended: () => void }): void {
  for (const track of stream.getVideoTracks()) {
    track.addEventListener('mute', () => on.paused(true));
    track.addEventListener('unmute', () => on.paused(false));
    track.addEventListener('ended', on.ended);
    if (track.muted) on.paused(true);
    if (track.readyState === 'ended') on.ended();
  }
}

function troubleOf(name: string): CameraTrouble {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy';
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** The whole frame, as the viewfinder shows it. */
export function takePhoto(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return toJpeg(canvas, 0.95);
}

export function canRecord(): boolean {
  return hasCamera() && recordingType() !== null;
}

function recordingType(): string | null {
  if (typeof MediaRecorder === 'undefined') return null;
  return RECORDINGS.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Ends by `stop` or after ten seconds. `null` when the browser does not record after all. */
export function record(
  stream: MediaStream,
  onSecond: (left: number) => void,
): { stop: () => void; done: Promise<Blob | null> } | null {
  const mimeType = recordingType() ?? '';
  let recorder: MediaRecorder;
  try {
    recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: VIDEO_BITS_PER_SECOND });
    recorder.start();
  } catch {
    return null;
  }
  const { promise, resolve } = deferred<Blob | null>();
  const chunks: Blob[] = [];
  let left = VIDEO_MAX_SECONDS;
  const stop = () => recorder.state !== 'inactive' && recorder.stop();
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) onSecond(left);
    else stop();
  }, 1000);
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.onerror = () => resolve(null);
  recorder.onstop = () => {
    clearInterval(timer);
    const blob = new Blob(chunks, { type: mimeType.split(';', 1)[0] ?? '' });
    resolve(blob.size > 0 ? blob : null);
  };
  onSecond(left);
  return { stop, done: promise };
}
