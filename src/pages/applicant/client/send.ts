import { sizeText } from '../../../lib/size.ts';
import { h } from '../../browser/dom.ts';
import type { Outcome, Upload } from './api.ts';
import { actions, alertBox, button, lead, mainAction } from './elements.ts';
import { persist } from './retry.ts';
import type { Verdict } from './sight/sight.ts';
import type { Screen } from './stage.ts';
import type { Text } from './text.ts';

/** What is shown of a picture, video or PDF; `release` frees its memory. */
function show(text: Text, { kind, blob, name }: Upload): { element: HTMLElement; release: () => void } {
  if (blob.type === 'application/pdf') {
    return { element: h('p', { class: 'file' }, text.preview.pdf(name ?? 'PDF', sizeText(blob.size))), release() {} };
  }
  const url = URL.createObjectURL(blob);
  const release = () => URL.revokeObjectURL(url);
  const element =
    kind === 'facial_video'
      ? h('video', { class: 'shot', src: url, controls: true, playsinline: true, 'aria-label': text.preview.video })
      : h('img', { class: 'shot', src: url, alt: text.preview.alt });
  return { element, release };
}

export function preview(
  text: Text,
  upload: Upload,
  { isSmall, verdict, use, retake }: { isSmall: boolean; verdict: Verdict; use: () => void; retake: () => void },
): Screen {
  const { kind } = upload;
  const { element, release } = show(text, upload);
  const words = text.preview;
  const isVideo = kind === 'facial_video';
  const isFace = kind === 'facial_photo';
  const { faults, maySend } = verdict;
  const isGood = faults.length === 0;
  return {
    title: isVideo ? words.titleVideo : isFace ? words.titleFace : words.titleDocument,
    step: kind,
    isBusy: true,
    content: [
      ...(isGood ? [lead(isVideo ? words.hintVideo : isFace ? words.hintFace : words.hintDocument)] : []),
      ...faults.map((fault) => h('p', { class: 'notice' }, words.faults[fault])),
      element,
      ...(isSmall ? [h('p', { class: 'notice' }, words.small)] : []),
      mainAction(isGood ? button(words.use, use, 'primary') : button(words.again, retake, 'primary')),
      actions(isGood ? button(words.retake, retake) : maySend && button(words.allTheSame, use)),
    ],
    isUnsent: true,
    leave: release,
  };
}

export interface SendActions {
  attempt: (onProgress: (share: number) => void, signal: AbortSignal) => Promise<Outcome<null>>;
  done: (outcome: Exclude<Outcome<null>, { type: 'lost' }>) => void;
  cancel: () => void;
  announce: (message: string) => void;
}

/** Sends, shows how far it is, and does not give up on a lost connection. */
export function sending(text: Text, upload: Upload, on: SendActions): Screen {
  const { element, release } = show(text, upload);
  const words = text.upload;
  const bar = h('progress', { max: 100, value: 0, id: 'progress' });
  const state = h('p', { class: 'hint' }, words.progress(0));
  const alert = alertBox();
  const again = button(words.retry, () => sender.now(), 'primary');
  again.hidden = true;
  const leaving = new AbortController();
  let announced = 0;

  function onProgress(share: number) {
    const percent = Math.round(share * 100);
    bar.value = percent;
    state.textContent = percent === 100 ? words.checking : words.progress(percent);
    // A screen reader hears the quarters, not each of a hundred steps.
    const quarter = Math.floor(percent / 25);
    if (quarter <= announced) return;
    announced = quarter;
    on.announce(state.textContent);
  }

  const sender = persist(() => on.attempt(onProgress, leaving.signal), {
    signal: leaving.signal,
    onAttempt() {
      again.hidden = true;
      alert.textContent = '';
      announced = 0;
      onProgress(0);
    },
    onWait(seconds) {
      again.hidden = false;
      state.textContent = seconds === null ? '' : words.waiting(seconds);
      const message = seconds === null ? words.gaveUp : words.lost;
      // Set once: each change is spoken.
      if (alert.textContent !== message) alert.textContent = message;
    },
  });
  void sender.outcome.then((outcome) => {
    if (!leaving.signal.aborted && outcome.type !== 'lost') on.done(outcome);
  });

  return {
    title: words.title,
    step: upload.kind,
    isBusy: true,
    isUnsent: true,
    content: [
      element,
      h('label', { for: 'progress', class: 'unseen' }, words.label),
      bar,
      state,
      alert,
      actions(again, button(words.cancel, on.cancel, 'quiet')),
    ],
    leave() {
      leaving.abort();
      release();
    },
  };
}
