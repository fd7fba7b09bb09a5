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

/** Which steps this visit has, and which of them are done. The API does not tell of the optional video: the tab remembers it. */
export class Plan {
  readonly kinds: Kind[];
  readonly isResubmission: boolean;
  readonly #missing: Set<Kind>;
  readonly #required: Set<Kind>;
  readonly #again: Again;
  readonly #againKey: string;
  #video: string | null;
  readonly #videoKey: string;

  constructor({ id, status, required, missing, reason }: Applicant) {
    this.isResubmission = status === 'resubmission_requested';
    this.#missing = new Set(missing);
    this.#required = new Set(required);
    this.#videoKey = `ekyc-video:${id}`;
    this.#video = recall('sessionStorage', this.#videoKey);
    this.#againKey = `ekyc-again:${id}`;
    if (!this.isResubmission) this.forget();
    const known: Again | null = JSON.parse(recall('sessionStorage', this.#againKey) || 'null');
    // What does not fit what is missing now belongs to an earlier request.
    const isSame =
      known?.reason === reason && missing.every((kind) => known.asked.includes(kind) && !known.supplied.includes(kind));
    this.#again = known && isSame ? known : { reason, asked: missing, supplied: [] };
    const again = this.#again.asked.length > 0 ? this.#again.asked : required;
    this.kinds = this.isResubmission ? again : [...new Set<Kind>([...required, 'facial_video'])];
  }

  /** Whether this tab has done what a resubmission asks for, and only the sending is left. */
  get isAnswered(): boolean {
    return this.isResubmission && this.missing.length === 0 && this.#again.supplied.length > 0;
  }

  stateOf(kind: Kind): StepState {
    if (this.#missing.has(kind)) return 'missing';
    return kind === 'facial_video' && !this.#required.has(kind) && this.#video !== 'sent' ? 'optional' : 'done';
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
    return this.kinds.includes('facial_video') && !this.#video ? 'facial_video' : 'review';
  }

  supplied(kind: Kind): void {
    this.#missing.delete(kind);
    if (kind === 'facial_video') this.#rememberVideo('sent');
    this.#rememberAgain(kind);
  }

  skipVideo(): void {
    if (this.#video !== 'sent') this.#rememberVideo('skipped');
  }

  /** After this, the next thing asked for is another request. */
  forget(): void {
    remember('sessionStorage', this.#againKey, '');
  }

  #rememberAgain(kind: Kind): void {
    this.#again.supplied.push(kind);
    if (this.isResubmission) remember('sessionStorage', this.#againKey, JSON.stringify(this.#again));
  }

  #rememberVideo(state: string): void {
    this.#video = state;
    remember('sessionStorage', this.#videoKey, state);
  }
}
