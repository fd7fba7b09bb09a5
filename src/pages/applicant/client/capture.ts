import { h } from '../../browser/dom.ts';
import type { Kind } from './api.ts';
import { type CameraTrouble, closeCamera, openCamera, record, takePhoto, VIDEO_MAX_SECONDS } from './camera.ts';
import { actions, button } from './screens.ts';
import type { Screen } from './stage.ts';
import type { Text } from './text.ts';

export interface CaptureActions {
  title: string;
  taken: (blob: Blob) => void;
  cancel: () => void;
  trouble: (trouble: CameraTrouble | 'photoFailed' | 'recordingFailed') => void;
  announce: (message: string) => void;
}

/** The viewfinder shows the whole frame, and the photo is the whole frame: what lies outside of the guide is kept too. */
export function capture(text: Text, kind: Kind, shape: 'card' | 'passport' | 'face', on: CaptureActions): Screen {
  const isVideo = kind === 'facial_video';
  const isFace = shape === 'face';
  const video = h('video', { playsinline: true, autoplay: true, 'aria-hidden': 'true', class: isFace && 'mirrored' });
  video.muted = true;
  const hint = h('p', { class: 'hint' }, text.camera.opening);
  const shutter = button(isVideo ? text.camera.record : text.camera.take, () => press(), 'primary');
  shutter.disabled = true;
  let stream: MediaStream | null = null;
  let hasLeft = false;
  let press: () => void = () => {};
  let stopRecording: () => void = () => {};

  const view = h('div', { class: `viewfinder ${shape}` }, video, h('div', { class: 'frame', 'aria-hidden': 'true' }));

  async function open() {
    try {
      stream = await openCamera(isVideo ? 'video' : isFace ? 'face' : 'document');
    } catch (trouble) {
      if (!hasLeft) on.trouble(trouble as CameraTrouble);
      return;
    }
    // The applicant left while the browser was asking for permission.
    if (hasLeft) return closeCamera(stream);
    video.srcObject = stream;
    await video.play().catch(() => {});
    view.style.setProperty('aspect-ratio', `${video.videoWidth || 4} / ${video.videoHeight || 3}`);
    hint.textContent = isFace ? text.camera.fitFace : text.camera.fit;
    on.announce(hint.textContent);
    shutter.disabled = false;
    press = isVideo ? startRecording : takeOne;
  }

  async function takeOne() {
    shutter.disabled = true;
    try {
      on.taken(await takePhoto(video));
    } catch {
      on.trouble('photoFailed');
    }
  }

  async function startRecording() {
    if (!stream) return;
    const recording = record(stream, (left) => {
      hint.textContent = text.camera.recording(left);
    });
    if (!recording) return on.trouble('recordingFailed');
    stopRecording = recording.stop;
    on.announce(text.camera.recording(VIDEO_MAX_SECONDS));
    shutter.textContent = text.camera.stop;
    view.classList.add('recording');
    press = recording.stop;
    const blob = await recording.done;
    if (hasLeft) return;
    if (blob) on.taken(blob);
    else on.trouble('recordingFailed');
  }

  void open();
  return {
    title: on.title,
    step: kind,
    isBusy: true,
    content: [view, hint, actions(shutter, button(text.camera.cancel, on.cancel, 'quiet'))],
    leave() {
      hasLeft = true;
      stopRecording();
      closeCamera(stream);
    },
  };
}
