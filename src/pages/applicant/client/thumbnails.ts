/** Small pictures of what was taken in this tab. The API never gives an applicant's files back, so they are kept here, until they are sent. */
import { forget, recall, remember } from '../../browser/storage.ts';
import type { Kind } from './api.ts';
import { thumbnail } from './picture.ts';

/** For a row that is 4rem wide, on a dense screen. */
const SIDE = 160;

export class Thumbnails {
  readonly #kept = new Map<Kind, string>();

  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  async keep(kind: Kind, file: Blob): Promise<void> {
    const picture = file.type.startsWith('image/') ? await thumbnail(file, SIDE) : null;
    if (!picture) return this.#drop(kind);
    this.#kept.set(kind, picture);
    remember('sessionStorage', this.#key(kind), picture);
  }

  of(kind: Kind): string | null {
    return this.#kept.get(kind) ?? recall('sessionStorage', this.#key(kind));
  }

  forget(kinds: readonly Kind[]): void {
    for (const kind of kinds) this.#drop(kind);
  }

  #drop(kind: Kind): void {
    this.#kept.delete(kind);
    forget('sessionStorage', this.#key(kind));
  }

  #key(kind: Kind): string {
    return `ekyc-thumbnail:${this.#id}:${kind}`;
  }
}
