import { recall, remember } from '../../browser/storage.ts';
import type { Applicant, Kind } from './api.ts';

export type StepName = Kind | 'review';
export type StepState = 'done' | 'missing' | 'optional';

/** What this tab knows of one request to send something again. The API tells only what is still missing. */
interface Again {
  reason: string | null;
  asked: Kind[];
  supplied: Kind[];
}

/** Which steps this visit has, and which of them are done. The API does not tell of what was optional and is there: the tab remembers it. */
export class Plan {
  readonly kinds: Kind[];
  readonly isResubmission: boolean;
  readonly #missing: Set<Kind>;
  readonly #optional: Set<Kind>;
  readonly #again: Again;
  readonly #againKey: string;
  /** Of the optional kinds. */
  readonly #choices: Partial<Record<Kind, 'sent' | 'skipped'>>;
  readonly #choicesKey: string;

  constructor({ id, status, required, optional, missing, reason }: Applicant) {
    this.isResubmission = status === 'resubmission_requested';
    this.#missing = new Set(missing);
    this.#optional = new Set(optional);
    this.#choicesKey = `ekyc-choices:${id}`;
    this.#choices = JSON.parse(recall('sessionStorage', this.#choicesKey) || '{}');
    this.#againKey = `ekyc-again:${id}`;
    if (!this.isResubmission) this.forget();
    const known: Again | null = JSON.parse(recall('sessionStorage', this.#againKey) || 'null');
    // What does not fit what is missing now belongs to an earlier request.
    const isSame =
      known?.reason === reason && missing.every((kind) => known.asked.includes(kind) && !known.supplied.includes(kind));
    this.#again = known && isSame ? known : { reason, asked: missing, supplied: [] };
    const again = this.#again.asked.length > 0 ? this.#again.asked : required;
    this.kinds = this.isResubmission ? again : [...required, ...optional];
  }

  /** Whether this tab has done what a resubmission asks for, and only the sending is left. */
  get isAnswered(): boolean {
    return this.isResubmission && this.missing.length === 0 && this.#again.supplied.length > 0;
  }

  stateOf(kind: Kind): StepState {
    if (this.#missing.has(kind)) return 'missing';
    return this.#optional.has(kind) && this.#choices[kind] !== 'sent' ? 'optional' : 'done';
  }

  get done(): Kind[] {
    return this.kinds.filter((kind) => this.stateOf(kind) === 'done');
  }

  get missing(): Kind[] {
    return this.kinds.filter((kind) => this.stateOf(kind) === 'missing');
  }

  next(): StepName {
    const [first] = this.missing;
    if (first) return first;
    // It can spare a question later. Any other optional kind waits in the review for those who want to add it.
    const isVideoOpen = this.kinds.includes('facial_video') && this.stateOf('facial_video') === 'optional';
    return isVideoOpen && !this.#choices.facial_video ? 'facial_video' : 'review';
  }

  supplied(kind: Kind): void {
    this.#missing.delete(kind);
    if (this.#optional.has(kind)) this.#choose(kind, 'sent');
    this.#rememberAgain(kind);
  }

  skipVideo(): void {
    if (this.#choices.facial_video !== 'sent') this.#choose('facial_video', 'skipped');
  }

  /** After this, the next thing asked for is another request. */
  forget(): void {
    remember('sessionStorage', this.#againKey, '');
  }

  #rememberAgain(kind: Kind): void {
    this.#again.supplied.push(kind);
    if (this.isResubmission) remember('sessionStorage', this.#againKey, JSON.stringify(this.#again));
  }

  #choose(kind: Kind, choice: 'sent' | 'skipped'): void {
    this.#choices[kind] = choice;
    remember('sessionStorage', this.#choicesKey, JSON.stringify(this.#choices));
  }
}
