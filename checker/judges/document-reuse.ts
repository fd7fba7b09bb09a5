import { type Answer, answer } from './answer.ts';

const CODES = ['same_file', 'same_number', 'similar_number', 'same_photo'] as const;

/** Whether PocketBase's hook found another profile of the partner with it. */
export type ReuseHits = Record<(typeof CODES)[number], boolean>;

/** A hit is for a person to look at. The same number is also similar to itself, which is said once. */
export function judgeDocumentReuse(hits: ReuseHits): Answer {
  const found = CODES.filter((code) => hits[code] && !(code === 'similar_number' && hits.same_number));
  return answer(found.map((code) => ({ code })));
}
