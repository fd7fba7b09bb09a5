import type { Applicant, Kind } from './api.ts';
import { recall, remember } from './link.ts';

export type StepName = Kind | 'review';
export type StepState = 'done' | 'missing' | 'optional';

/** Which steps this visit has, and which of them are done. The API does not tell of the optional video: the tab remembers. */
export class Plan {
  readonly kinds: Kind[];
  readonly isResubmission: boolean;
  /** Asked for anew, but left as it is by the applicant. */
  readonly #kept = new Set<Kind>();
  #missing: Set<Kind>;
  #video: string | null;
  readonly #videoKey: string;

  constructor({ id, status, required, missing }: Applicant) {
    this.isResubmission = status === 'resubmission_requested';
    this.#missing = new Set(missing);
    this.#videoKey = `ekyc-video:${id}`;
    this.#video = recall(this.#videoKey);
    const isOpen = this.isResubmission && missing.length === 0;
    this.kinds = this.isResubmission ? (isOpen ? required : missing) : [...required, 'facial_video'];
  }

  stateOf(kind: Kind): StepState {
    if (kind === 'facial_video') return this.#video === 'sent' ? 'done' : 'optional';
    return this.#missing.has(kind) && !this.#kept.has(kind) ? 'missing' : 'done';
  }

  get done(): Kind[] {
    return this.kinds.filter((kind) => this.stateOf(kind) === 'done');
  }

  get missing(): Kind[] {
    return this.kinds.filter((kind) => this.stateOf(kind) === 'missing');
  }

  /** Both sides of a card are asked for together; one of them may well have been good. */
  mayKeep(kind: Kind): boolean {
    const others = this.kinds.filter((other) => other !== kind && !this.#kept.has(other));
    return this.isResubmission && this.stateOf(kind) === 'missing' && others.length > 0;
  }

  next(): StepName {
    const [first] = this.missing;
    if (first) return first;
    return this.kinds.includes('facial_video') && !this.#video ? 'facial_video' : 'review';
  }

  supplied(kind: Kind): void {
    this.#missing.delete(kind);
    if (kind === 'facial_video') this.#rememberVideo('sent');
  }

  keep(kind: Kind): void {
    this.#kept.add(kind);
  }

  skipVideo(): void {
    if (this.#video !== 'sent') this.#rememberVideo('skipped');
  }

  /** What the server says is missing after all. */
  correct({ missing }: Applicant): void {
    this.#missing = new Set(missing);
  }

  #rememberVideo(state: string): void {
    this.#video = state;
    remember(this.#videoKey, state);
  }
}
