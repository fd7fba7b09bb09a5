/** The screens that tell something or ask for one decision. A screen that holds a camera, a file or an upload has a file of its own. */
import { h } from '../../browser/dom.ts';
import type { Applicant, Kind } from './api.ts';
import { canRecord, hasCamera } from './camera.ts';
import { drawingOf } from './drawings.ts';
import { actions, alertBox, button, lead, list, mainAction, reasonBox } from './elements.ts';
import { LIMITS } from './limits.ts';
import type { Plan } from './plan.ts';
import type { Screen } from './stage.ts';
import { askOf, knownOf, nameOf, reasonOf, type Text } from './text.ts';

export type Trouble = keyof Text['trouble'];
type Action = () => void;

export function opening(text: Text, applicant: Applicant, plan: Plan, begin: Action): Screen {
  const known = knownOf(text, applicant);
  const done = plan.done.map((kind) => nameOf(text, applicant, kind)).join(', ');
  return {
    title: text.title,
    step: 'opening',
    content: [
      lead(done ? text.welcomeBack(done) : text.lead),
      ...(known ? [h('p', {}, known)] : []),
      list(text.needs),
      mainAction(button(done ? text.continue : text.begin, begin, 'primary')),
      h('p', { class: 'fine' }, text.privacy),
    ],
  };
}

export function resubmission(text: Text, applicant: Applicant, plan: Plan, begin: Action): Screen {
  const asked = plan.missing.map((kind) => nameOf(text, applicant, kind));
  const reason = reasonOf(text, applicant) ?? text.reasons.other;
  return {
    title: text.resubmission.title,
    step: 'opening',
    content: [
      lead(text.resubmission.lead),
      reasonBox(reason),
      ...(asked.length ? [h('p', {}, text.resubmission.asked), list(asked)] : [h('p', {}, text.resubmission.open)]),
      mainAction(button(text.continue, begin, 'primary')),
    ],
  };
}

export interface AskActions {
  camera: Action;
  /** The file picker opens. */
  pick: Action;
  file: (file: File) => void;
  skip: Action | null;
  back: Action | null;
}

/** @param refusal why what was chosen before can't be used */
export function ask(text: Text, applicant: Applicant, kind: Kind, on: AskActions, refusal: string | null): Screen {
  const { title, lead: words, tips } = askOf(text, applicant, kind);
  const isVideo = kind === 'facial_video';
  const mayUseCamera = isVideo ? canRecord() : hasCamera();
  const isDocument = kind.startsWith('document');
  const accept = LIMITS[kind].mimeTypes.join();
  const hint = isVideo ? text.fileHintVideo : isDocument ? text.fileHintDocument : text.fileHint;
  const input = h('input', { type: 'file', accept, class: 'unseen', tabindex: -1, 'aria-hidden': 'true' });
  input.addEventListener('click', on.pick);
  input.addEventListener('change', () => input.files?.[0] && on.file(input.files[0]));
  const choose = button(text.chooseFile, () => input.click(), mayUseCamera ? 'secondary' : 'primary', {
    'aria-describedby': 'file-hint',
  });
  const alert = alertBox();
  // Assistive technology reads out only what changes after the screen has been put up.
  if (refusal) setTimeout(() => (alert.textContent = refusal), 50);
  return {
    title,
    step: kind,
    content: [
      lead(words),
      alert,
      drawingOf(kind, applicant),
      list(tips),
      mainAction(mayUseCamera ? button(isVideo ? text.recordVideo : text.useCamera, on.camera, 'primary') : choose),
      actions(
        mayUseCamera && choose,
        h('p', { class: 'fine', id: 'file-hint' }, hint),
        input,
        on.skip && button(text.skipVideo, on.skip, 'quiet'),
        on.back && button(text.back, on.back, 'quiet'),
      ),
    ],
  };
}

export interface ReviewActions {
  /** What was taken in this tab, small. */
  thumbnail: (kind: Kind) => string | null;
  replace: (kind: Kind) => void;
  submit: (alert: HTMLElement, button: HTMLButtonElement) => void;
}

export function review(text: Text, applicant: Applicant, plan: Plan, on: ReviewActions): Screen {
  const alert = alertBox();
  const send = button(text.review.submit, () => on.submit(alert, send), 'primary');
  const reason = plan.isResubmission ? reasonOf(text, applicant) : null;
  const rows = plan.kinds.map((kind) => {
    const name = nameOf(text, applicant, kind);
    const state = plan.stateOf(kind);
    const { present, absent, absentOptional, replace, replaceOf, add, addOf } = text.review;
    const isDone = state === 'done';
    const seen = on.thumbnail(kind);
    return h(
      'li',
      { class: state },
      seen ? h('img', { class: 'thumb', src: seen, alt: '' }) : drawingOf(kind, applicant),
      h(
        'p',
        {},
        h('span', { class: 'name' }, name),
        h('span', { class: 'state' }, isDone ? present : state === 'missing' ? absent : absentOptional),
      ),
      button(isDone ? replace : add, () => on.replace(kind), 'small', {
        'aria-label': (isDone ? replaceOf : addOf)(name),
      }),
    );
  });
  return {
    title: text.review.title,
    step: 'review',
    content: [
      lead(text.review.lead),
      ...(reason ? [reasonBox(reason)] : []),
      h('ul', { class: 'documents' }, ...rows),
      alert,
      mainAction(send),
    ],
  };
}

/** With the public reason of the decision that led there, if it has one. */
export function status(text: Text, applicant: Applicant, wasLocked: boolean): Screen {
  const name = applicant.status as keyof Text['status'];
  const { title, text: words } = text.status[name];
  const mark = h('div', { class: `mark ${name}`, 'aria-hidden': 'true' });
  const reason = reasonOf(text, applicant);
  return {
    title,
    above: mark,
    content: [
      ...(wasLocked ? [lead(text.locked)] : []),
      ...(reason ? [h('p', {}, text.reasonGiven), reasonBox(reason)] : []),
      lead(words),
    ],
  };
}

export function trouble(text: Text, name: Trouble, retry: Action | null): Screen {
  const { title, text: words } = text.trouble[name];
  const mark = h('div', { class: 'mark trouble', 'aria-hidden': 'true' });
  return {
    title,
    above: mark,
    content: [lead(words), ...(retry ? [mainAction(button(text.retry, retry, 'primary'))] : [])],
  };
}
