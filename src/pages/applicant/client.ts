/** The applicant's way: reads the link, asks the API where the profile stands, and leads from screen to screen. */
import {
  type Applicant,
  digestOf,
  type Failure,
  giveConsent,
  type Kind,
  type Outcome,
  readApplicant,
  submit,
  type Upload,
  type UploadOptions,
  upload,
} from './client/api.ts';
import { capture } from './client/capture.ts';
import { consent, isConsentDue } from './client/consent.ts';
import { Leaving } from './client/leaving.ts';
import { isExpired, isOf, readLink } from './client/link.ts';
import { type Prepared, prepareDocument, preparePicture, prepareVideo } from './client/picture.ts';
import { Plan } from './client/plan.ts';
import { persist } from './client/retry.ts';
import { ask, opening, resubmission, review, status, type Trouble, trouble } from './client/screens.ts';
import { preview, sending } from './client/send.ts';
import { NO_FAULT, Sight } from './client/sight/sight.ts';
import { Stage } from './client/stage.ts';
import { Tabs } from './client/tabs.ts';
import { askOf, nameOf, type Refusal, refusalOf } from './client/text.ts';
import { Thumbnails } from './client/thumbnails.ts';

const stage = new Stage();
const sight = new Sight();
const leaving = new Leaving(stage, showFirst);
let link = readLink();
let thumbnails = new Thumbnails(link.id);
const tabs = new Tabs(
  () => link.id,
  () => void catchUp(),
);

async function start({ wasLocked = false, moveFocus = false } = {}): Promise<void> {
  const { id, token, address } = link;
  stage.address = address;
  if (!token) return explain('missing', moveFocus);
  if (!isOf(token, id)) return explain('invalid', moveFocus);
  stage.announce(stage.text.checking);
  // The server's own button, until there is something to begin.
  const waiting = document.querySelector('main button:disabled');
  if (waiting) waiting.textContent = stage.text.checking;
  const reading = persist(() => readApplicant(token), {
    signal: new AbortController().signal,
    onAttempt() {},
    onWait(_, failure) {
      const name = failure.type === 'lost' && failure.isOffline ? 'offline' : 'unavailable';
      if (name !== shownTrouble) showTrouble(name, () => reading.now());
    },
  });
  const outcome = await reading.outcome;
  if (outcome.type !== 'ok') return fail(outcome);
  const hadTrouble = shownTrouble !== null;
  shownTrouble = null;
  stage.announce('');
  const applicant = outcome.value;
  stage.applicant = applicant;
  stage.prefer(applicant.locale);
  if (!isToBeDone(applicant)) return stage.show((text) => status(text, applicant, wasLocked));
  const plan = new Plan(applicant);
  stage.plan = plan;
  if (plan.isAnswered && !isConsentDue(applicant)) return showReview();
  showFirst(moveFocus || hadTrouble || plan.isResubmission);
}

function showFirst(moveFocus = true): void {
  const { applicant, plan } = stage;
  if (!applicant || !plan) return;
  const first = plan.isResubmission ? resubmission : opening;
  const begin = () => {
    leaving.guard();
    proceed();
  };
  stage.show((text) => first(text, applicant, plan, begin), { moveFocus });
}

function isToBeDone({ status: state }: Applicant): boolean {
  return state === 'unverified' || state === 'resubmission_requested';
}

/** Another tab or device may have gone on meanwhile. */
async function catchUp(): Promise<void> {
  const { applicant } = stage;
  if (!applicant || !link.token) return;
  const outcome = await readApplicant(link.token);
  if (outcome.type === 'ok' && outcome.value.status !== stage.applicant?.status) void start({ moveFocus: true });
}

let shownTrouble: Trouble | null = null;

function showTrouble(name: Trouble, retry: (() => void) | null, moveFocus = true): void {
  shownTrouble = name;
  stage.show((text) => trouble(text, name, retry), { moveFocus });
}

function explain(name: Trouble, moveFocus = true): void {
  showTrouble(name, null, moveFocus);
}

/** A failure that is not mended by repeating. */
function fail(failure: Failure): void {
  const code = failure.type === 'lost' ? 0 : failure.status;
  if (code === 409) void start({ wasLocked: true, moveFocus: true });
  else if (code === 401) explain(isExpired(link.token ?? '') ? 'expired' : 'invalid');
  else if (code === 404) explain('invalid');
  else if (code === 410) explain('gone');
  else showTrouble('unavailable', () => void start({ moveFocus: true }));
}

function proceed(): void {
  const next = stage.plan?.next();
  if (stage.applicant && isConsentDue(stage.applicant)) showConsent();
  else if (next === 'review') showReview();
  else if (next) showAsk(next);
}

function showConsent(): void {
  const asked = stage.applicant?.consent;
  if (!asked) return;
  const give = async (locale: string, alert: HTMLElement) => {
    alert.textContent = '';
    const outcome = await giveConsent(link.token ?? '', { version: asked.version, locale });
    if (outcome.type === 'ok') {
      stage.applicant = outcome.value;
      proceed();
    } else if (outcome.type === 'lost') alert.textContent = stage.text.consent.lost;
    // The level asks for another version by now.
    else if (outcome.status === 422) void start({ moveFocus: true });
    else fail(outcome);
  };
  stage.show((text) => consent(text, asked, stage.locales, (locale, alert) => void give(locale, alert)));
}

function showAsk(kind: Kind, refusal: string | null = null): void {
  const { applicant, plan } = stage;
  if (!applicant || !plan) return;
  const isNext = plan.next() === kind;
  const onwards = (mark: () => void) => () => {
    mark();
    proceed();
  };
  stage.show((text) =>
    ask(
      text,
      applicant,
      kind,
      {
        camera: () => showCamera(kind),
        pick: () => isDocument(kind) && sight.open(),
        file: (file) => void prepare(kind, file, file.name),
        skip: plan.stateOf(kind) === 'optional' && isNext ? onwards(() => plan.skipVideo()) : null,
        back: isNext ? null : showReview,
      },
      refusal,
    ),
  );
}

function showCamera(kind: Kind): void {
  const { applicant } = stage;
  if (!applicant) return;
  if (isDocument(kind)) sight.open();
  const shape = isDocument(kind) ? (applicant.document_type === 'passport' ? 'passport' : 'card') : 'face';
  stage.show((text) =>
    capture(text, kind, shape, {
      title: askOf(text, applicant, kind).title,
      taken: (blob) => void prepare(kind, blob, null),
      cancel: () => showAsk(kind),
      trouble: (name) => showAsk(kind, text.camera[name]),
      announce: (message) => stage.announce(message),
    }),
  );
}

const isDocument = (kind: Kind) => kind.startsWith('document');

async function prepare(kind: Kind, source: Blob, name: string | null): Promise<void> {
  const { text, applicant } = stage;
  stage.announce(text.preview.preparing);
  const isVideo = kind === 'facial_video';
  const prepared: Prepared = await (isVideo ? prepareVideo : isDocument(kind) ? prepareDocument : preparePicture)(
    source,
  );
  if (prepared.type !== 'ok') return showAsk(kind, refusalOf(text, kind, prepared.type));
  const isJpeg = prepared.blob.type === 'image/jpeg';
  const file = { kind, blob: prepared.blob, name: isJpeg ? (name?.replace(/\.[^.]*$/, '.jpg') ?? null) : name };
  const isLookedAt = isDocument(kind) && isJpeg && applicant;
  const verdict = isLookedAt ? await sight.judge(file, applicant.document_type) : NO_FAULT;
  const retake = () => (name === null ? showCamera(kind) : showAsk(kind));
  const use = () => send(file);
  stage.show((words) => preview(words, file, { isSmall: prepared.isSmall && !isVideo, verdict, use, retake }));
  stage.announce(verdict.faults.map((fault) => text.preview.faults[fault]).join(' '));
}

/** Failures that another file mends. */
const REFUSALS: Record<string, Refusal> = {
  payload_too_large: 'large',
  unsupported_media_type: 'unreadable',
  gone_file: 'gone',
};

function send(file: Upload): void {
  const { applicant, plan } = stage;
  if (!applicant || !plan) return;
  const digest = digestOf(file.blob);
  stage.show((text) =>
    sending(text, file, {
      attempt: (onProgress, signal) => tryUpload(file, { digest, onProgress, signal }),
      cancel: () => showAsk(file.kind),
      announce: (message) => stage.announce(message),
      done(outcome) {
        if (outcome.type === 'ok') {
          plan.supplied(file.kind);
          void thumbnails.keep(file.kind, file.blob).finally(proceed);
          stage.announce(text.upload.saved(nameOf(text, applicant, file.kind)));
        } else {
          const why = REFUSALS[outcome.code];
          if (why) showAsk(file.kind, refusalOf(text, file.kind, why));
          else fail(outcome);
        }
      },
    }),
  );
}

/** A server that refuses an upload before its end cuts the connection, and the browser hears no answer: then the profile tells why. */
async function tryUpload(file: Upload, options: UploadOptions): Promise<Outcome<null>> {
  const token = link.token ?? '';
  const outcome = await upload(file, token, options);
  if (outcome.type !== 'lost' || options.signal.aborted) return outcome;
  const state = await readApplicant(token);
  if (state.type === 'refused') return state;
  const isLocked = state.type === 'ok' && !isToBeDone(state.value);
  return isLocked ? { type: 'refused', status: 409, code: 'profile_locked' } : outcome;
}

function showReview(): void {
  const { applicant, plan } = stage;
  if (!applicant || !plan) return;
  stage.show((text) =>
    review(text, applicant, plan, { thumbnail: (kind) => thumbnails.of(kind), replace: showAsk, submit: finish }),
  );
}

async function finish(alert: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const { text } = stage;
  const restore = button.textContent;
  // Not `disabled`, which would drop the focus.
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  button.textContent = text.review.submitting;
  alert.textContent = '';
  const outcome = await submit(link.token ?? '');
  button.ariaDisabled = null;
  button.textContent = restore;
  if (outcome.type === 'lost') {
    alert.textContent = text.upload.gaveUp;
    return;
  }
  // What is asked for from here on is another request.
  if (outcome.type === 'ok' || outcome.status === 422) stage.plan?.forget();
  if (outcome.type === 'ok') {
    const applicant = outcome.value;
    stage.applicant = applicant;
    thumbnails.forget(stage.plan?.kinds ?? []);
    tabs.tell();
    stage.show((words) => status(words, applicant, false));
  } else if (outcome.status === 422) {
    void start({ moveFocus: true });
  } else fail(outcome);
}

// Another link to the same profile, opened in this tab, changes the fragment alone.
addEventListener('hashchange', () => {
  if (!location.hash.includes('token=')) return;
  link = readLink();
  thumbnails = new Thumbnails(link.id);
  void start({ moveFocus: true });
});
void start();
