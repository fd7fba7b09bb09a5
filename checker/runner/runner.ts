import type { CheckResultBody, CheckType, ClaimedCheck } from '../../src/schemas/check.ts';
import type { DocumentKind } from '../../src/schemas/document.ts';

/** What comes out of a look at a check: its result, or that a vendor works on it and when to ask there again. */
export type Conclusion =
  | ({ outcome: CheckResultBody['outcome'] } & Partial<Omit<CheckResultBody, 'attempt' | 'provider'>> & {
        models?: Record<string, string>;
      })
  | { external_ref: string; after_seconds: number };

/** The documents of a check, while its lease holds. */
export interface Documents {
  /** @throws when the bytes are not those of the check's input */
  read(kind: DocumentKind): AsyncIterable<Uint8Array>;
}

export type Perform = (check: ClaimedCheck, documents: Documents) => Promise<Conclusion>;

/** Something that does checks, and the loop keeps going: the built-in one, or a vendor's adapter. */
export interface Runner {
  /** As levels name it. */
  name: string;
  version: string;
  types: readonly CheckType[];
  /** Called for what was claimed together, which is one applicant's as a rule: so what was read of a document may be kept for all of it. */
  begin(): Perform;
  /** What the vendor has of an applicant who was erased goes there, too. */
  erase?(externalRef: string): Promise<void>;
  /** Ends what is under way: those calls of `Perform` throw. */
  stop(): Promise<void>;
}
