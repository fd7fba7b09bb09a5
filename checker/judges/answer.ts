import codes from '../../pocketbase/hooks/lib/shared/check-codes.json' with { type: 'json' };
import worstFirst from '../../pocketbase/hooks/lib/shared/check-outcomes.json' with { type: 'json' };
import type documentTypes from '../../pocketbase/hooks/lib/shared/document-types.json';

export type Code = keyof typeof codes;
export type Outcome = 'pass' | 'attention' | 'fail' | 'inconclusive' | 'not_run';

export interface Finding {
  code: Code;
  /** The document's kind that was looked at. */
  kind?: string;
  /** The declared field that is meant. */
  field?: string;
}

/** What a check found. Facts and scores are personal: no log line holds them. */
export interface Answer {
  outcome: Outcome;
  findings: Finding[];
  scores: Record<string, number>;
  facts: Record<string, unknown>;
}

/** What the applicant or the partner said. */
export interface Declared {
  full_name: string;
  /** ISO 3166-1 alpha-2, or `XK`. */
  country: string;
  document_type: keyof typeof documentTypes;
  document_number: string;
  /** `YYYY-MM-DD`, `YYYY-MM` or `YYYY`. */
  date_of_birth: string | null;
}

/**
 * `same` and `differs` are about values that can be compared. `partial`: what both have is equal, one has less.
 * `not_comparable`: no rule compares them, or nothing was declared. `unreadable`: it stands there, but is no value.
 */
export type Verdict = 'same' | 'differs' | 'partial' | 'not_comparable' | 'unreadable';

/** One declared field beside what was read, for the reviewer. */
export interface FieldFact {
  read: string | null;
  /** Only a surely read value makes a `fail`. */
  isSure: boolean;
  verdict: Verdict;
}

/** The worst of the findings decides. A hint changes no outcome. */
export function answer(
  findings: Finding[],
  facts: Record<string, unknown> = {},
  scores: Record<string, number> = {},
): Answer {
  const outcomes = new Set<string>(findings.map(({ code }) => codes[code]));
  const outcome = (worstFirst as Outcome[]).find((one) => outcomes.has(one)) ?? 'pass';
  return { outcome, findings, scores, facts };
}
