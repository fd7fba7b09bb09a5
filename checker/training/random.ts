/** Mulberry32: the same seed draws and trains the same everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  /** From 0 to `below`, without it. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** About normal, with a deviation of 0.58, and never beyond 2. */
  bell(): number {
    return this.next() + this.next() + this.next() + this.next() - 2;
  }

  pick<T>(list: ArrayLike<T>): T {
    return list[this.integer(list.length)] as T;
  }
}
