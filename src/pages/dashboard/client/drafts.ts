/**
 * Words that are not sent yet stay in this browser, by reviewer and profile: leaving the page, the end of the session, a refusal and a
 * reload don't lose them, and another tab has them too. They go when they are sent.
 */
import { forget, recall, remember } from '../../browser/storage.ts';

type Field = HTMLTextAreaElement | HTMLSelectElement | HTMLInputElement;

interface Draft {
  at: number;
  /** The newest row of history that the reviewer saw. */
  seen: string;
  fields: Record<string, string>;
}

const PREFIX = 'ekyc.draft:';
/** Nobody comes back to words of last week, and they may be about a person. */
const LIFE_MS = 7 * 86_400_000;
const FORMS = 'form[data-draft]';

let isKept = true;

export function keepDrafts(): void {
  dropOld();
  for (const form of document.querySelectorAll<HTMLFormElement>(FORMS)) restore(form);
  document.addEventListener('input', ({ target }) => {
    const form = (target as Element).closest<HTMLFormElement>(FORMS);
    if (form) keep(form);
  });
  // A refused form comes back with other facts around it: it is on those that it is sent again.
  document.addEventListener('submit', ({ target }) => {
    const form = target as HTMLFormElement;
    if (form.matches(FORMS)) keep(form);
  });
  addEventListener('storage', ({ key, oldValue, newValue }) => {
    for (const form of document.querySelectorAll<HTMLFormElement>(FORMS)) {
      if (key === keyOf(form)) follow(form, fieldsIn(oldValue), fieldsIn(newValue));
    }
  });
  addEventListener('beforeunload', (event) => {
    if (!isKept && hasWords()) event.preventDefault();
  });
}

export function forgetDraft(form: HTMLFormElement): void {
  forget('localStorage', keyOf(form));
}

function keep(form: HTMLFormElement): void {
  const fields = Object.fromEntries(wordsOf(form).map((field) => [field.name, field.value]));
  const choice = choiceOf(form);
  if (choice) fields[choice.name] = choice.value;
  const draft: Draft = { at: Date.now(), seen: form.dataset.seen ?? '', fields };
  if (Object.values(fields).every((value) => value.trim() === '')) forgetDraft(form);
  else isKept = remember('localStorage', keyOf(form), JSON.stringify(draft));
}

/** What the server put into the form is newer. */
function restore(form: HTMLFormElement): void {
  const draft = read(recall('localStorage', keyOf(form)));
  if (!draft) return;
  if (form.hasAttribute('data-decision') && draft.seen === sentOn()) {
    forgetDraft(form);
    return;
  }
  const empty = wordsOf(form).filter((field) => field.value === '' && draft.fields[field.name]);
  for (const field of empty) field.value = draft.fields[field.name] ?? '';
  // A choice is made on what was seen then.
  if (draft.seen === form.dataset.seen) choose(form, draft.fields.status);
  form.querySelector('[data-draft-back]')?.toggleAttribute('hidden', empty.length === 0);
}

/** What another tab has written or sent; not over words of this tab's own. */
function follow(form: HTMLFormElement, before: Record<string, string>, after: Record<string, string>): void {
  for (const field of wordsOf(form)) {
    if (field.value === (before[field.name] ?? '')) field.value = after[field.name] ?? '';
  }
}

/** The row of history on which the decision was made that the page says is recorded. */
function sentOn(): string | undefined {
  return document.querySelector<HTMLElement>('[data-sent]')?.dataset.sent;
}

function wordsOf(form: HTMLFormElement): Field[] {
  return [...form.querySelectorAll<Field>('textarea, select')];
}

function choiceOf(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[type=radio]:checked');
}

function choose(form: HTMLFormElement, value = ''): void {
  if (!choiceOf(form)) form.querySelector<HTMLInputElement>(`input[type=radio][value="${CSS.escape(value)}"]`)?.click();
}

function hasWords(): boolean {
  return [...document.querySelectorAll<HTMLFormElement>(FORMS)]
    .flatMap(wordsOf)
    .some(({ value }) => value.trim() !== '');
}

const keyOf = (form: HTMLFormElement) => PREFIX + form.dataset.draft;

function read(text: string | null): Draft | null {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

const fieldsIn = (text: string | null) => read(text)?.fields ?? {};

function dropOld(): void {
  let keys: string[] = [];
  try {
    keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {}
  for (const key of keys) {
    if ((read(recall('localStorage', key))?.at ?? 0) < Date.now() - LIFE_MS) forget('localStorage', key);
  }
}
