/** The product's own refusals, head and body, as a peer's binding carries them. */
export interface Refusals {
  unauthenticated: Refusal;
  invalid: Refusal;
}

interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A capnp text: nothing in it may need an escape. */
export const refusalsText = (refusals: Refusals) => encodeURIComponent(JSON.stringify(refusals));

export const refusalsIn = (text: string) => JSON.parse(decodeURIComponent(text)) as Refusals;
