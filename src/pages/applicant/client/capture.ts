import { drawing, h } from '../../browser/dom.ts';
import type { Kind } from './api.ts';
import {
  type CameraTrouble,
  closeCamera,
  nextCamera,
  openCamera,
  record,
  takePhoto,
  torchOf,
  VIDEO_MAX_SECONDS,
  watchCamera,
} from './camera.ts';
import { LENS, TORCH } from './drawings.ts';
import { button } from './elements.ts';
import type { Screen } from './stage.ts';
import type { Text } from './text.ts';

export interface CaptureActions {
  title: string;
  taken: (blob: Blob) => void;
  cancel: () => void;
  trouble: (trouble: CameraTrouble | 'lost' | 'photoFailed' | 'recordingFailed') => void;
  announce: (message: string) => void;
}

type Shape = 'card' | 'passport' | 'face';

/** Fills the window. The viewfinder shows the whole frame, and the photo is the whole frame: what lies outside of the guide is kept too. */
export function capture(text: Text, kind: Kind, shape: Shape, on: CaptureActions): Screen {
  const finder = new Viewfinder(text, kind, shape, on);
  void finder.open();
  return {
    title: on.title,
    step: kind,
    isBusy: true,
    isFull: true,
    content: finder.content,
    back: on.cancel,
    leave: () => finder.close(),
  };
}

class Viewfinder {
  readonly #video = h('video', { playsinline: true, autoplay: true, 'aria-hidden': 'true' });
  readonly #guide = h('div', { class: 'guide', 'aria-hidden': 'true' }, h('div', { class: 'frame' }));
  readonly #view: HTMLElement;
  readonly #hint: HTMLElement;
  readonly #shutter: HTMLButtonElement;
  readonly #lens: HTMLButtonElement;
  readonly #torch: HTMLButtonElement;
  readonly #use: 'document' | 'face' | 'video';
  readonly content: Node[];
  #stream: MediaStream | null = null;
  #hasLeft = false;
  #recording: { stop: () => void } | null = null;

  readonly #text: Text;
  readonly #on: CaptureActions;

  constructor(text: Text, kind: Kind, shape: Shape, on: CaptureActions) {
    this.#text = text;
    this.#on = on;
    const words = text.camera;
    this.#use = kind === 'facial_video' ? 'video' : shape === 'face' ? 'face' : 'document';
    this.#video.muted = true;
    this.#video.addEventListener('resize', () => this.#fitGuide());
    this.#view = h('div', { class: `viewfinder ${shape}` }, this.#video, this.#guide);
    this.#hint = h('p', { class: 'hint' }, words.opening);
    const name = this.#use === 'video' ? words.record : words.take;
    this.#shutter = button('', () => this.#press(), 'shutter', { 'aria-label': name });
    this.#shutter.disabled = true;
    this.#lens = tool(words.lens, LENS, () => void this.#changeLens());
    this.#torch = tool(words.torch, TORCH, () => void this.#toggleTorch());
    const tools = h('div', { class: 'lenses' }, this.#lens, this.#torch);
    const controls = h('div', { class: 'controls' }, this.#shutter, button(words.cancel, on.cancel, 'quiet'), tools);
    this.content = [this.#view, this.#hint, controls];
  }

  async open(deviceId?: string): Promise<void> {
    try {
      this.#stream = await openCamera(this.#use, deviceId);
    } catch (trouble) {
      if (!this.#hasLeft) this.#on.trouble(trouble as CameraTrouble);
      return;
    }
    // The applicant left while the browser was asking for permission.
    if (this.#hasLeft) return closeCamera(this.#stream);
    await this.#show(this.#stream);
  }

  async #show(stream: MediaStream): Promise<void> {
    const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
    this.#view.classList.toggle('mirrored', this.#use !== 'document' && facing !== 'environment');
    this.#video.srcObject = stream;
    await this.#video.play().catch(() => {});
    if (this.#hasLeft || stream !== this.#stream) return;
    this.#fitGuide();
    this.#lens.hidden = (await nextCamera(stream)) === null;
    this.#torch.hidden = torchOf(stream) === null;
    this.#torch.ariaPressed = 'false';
    this.#ready();
    watchCamera(stream, {
      paused: (isPaused) => stream === this.#stream && this.#pause(isPaused),
      ended: () => stream === this.#stream && !this.#hasLeft && this.#on.trouble('lost'),
    });
  }

  #ready(): void {
    const { fit, fitFace } = this.#text.camera;
    this.#say(this.#use === 'document' ? fit : fitFace);
    this.#shutter.disabled = false;
  }

  #pause(isPaused: boolean): void {
    if (!isPaused) {
      // iOS leaves the picture standing.
      void this.#video.play().catch(() => {});
      this.#ready();
    } else if (this.#recording) this.#on.trouble('lost');
    else {
      this.#shutter.disabled = true;
      this.#say(this.#text.camera.paused);
    }
  }

  #say(message: string): void {
    this.#hint.textContent = message;
    this.#on.announce(message);
  }

  #fitGuide(): void {
    const { videoWidth, videoHeight } = this.#video;
    if (videoHeight > 0) this.#view.style.setProperty('--ratio', String(videoWidth / videoHeight));
  }

  #press(): void {
    if (this.#recording) this.#recording.stop();
    else void (this.#use === 'video' ? this.#record() : this.#take());
  }

  async #take(): Promise<void> {
    this.#shutter.disabled = true;
    this.#say(this.#text.preview.preparing);
    try {
      this.#on.taken(await takePhoto(this.#video));
    } catch {
      this.#on.trouble('photoFailed');
    }
  }

  async #record(): Promise<void> {
    const words = this.#text.camera;
    const recording =
      this.#stream &&
      record(this.#stream, (left) => {
        this.#hint.textContent = words.recording(left);
      });
    if (!recording) return this.#on.trouble('recordingFailed');
    this.#recording = recording;
    this.#on.announce(words.recording(VIDEO_MAX_SECONDS));
    this.#shutter.ariaLabel = words.stop;
    this.#view.parentElement?.classList.add('recording');
    this.#lens.hidden = true;
    const blob = await recording.done;
    if (this.#hasLeft) return;
    if (blob) this.#on.taken(blob);
    else this.#on.trouble('recordingFailed');
  }

  async #changeLens(): Promise<void> {
    const stream = this.#stream;
    const next = stream && (await nextCamera(stream));
    if (!next || this.#hasLeft) return;
    this.#shutter.disabled = true;
    this.#stream = null;
    // Phones open one camera at a time.
    closeCamera(stream);
    await this.open(next);
  }

  async #toggleTorch(): Promise<void> {
    const isOn = this.#torch.ariaPressed !== 'true';
    await this.#switchTorch(isOn).then(
      () => {
        this.#torch.ariaPressed = String(isOn);
      },
      () => {
        this.#torch.hidden = true;
      },
    );
  }

  async #switchTorch(isOn: boolean): Promise<void> {
    await (this.#stream && torchOf(this.#stream)?.(isOn));
  }

  close(): void {
    this.#hasLeft = true;
    this.#recording?.stop();
    closeCamera(this.#stream);
    this.#view.parentElement?.classList.remove('recording');
  }
}

function tool(name: string, markup: string, onclick: () => void): HTMLButtonElement {
  const element = button('', onclick, 'tool', { 'aria-label': name, title: name });
  element.hidden = true;
  element.append(drawing('0 0 24 24', markup));
  return element;
}
