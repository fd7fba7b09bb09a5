import type codes from '../../pocketbase/hooks/lib/shared/check-codes.json';

export type Code = keyof typeof codes;

/** A file that nothing can be seen in. Its code is the finding of the check. */
export class UnseeableError extends Error {
  readonly code: Code;

  constructor(code: Code, cause?: unknown) {
    super(code, { cause });
    this.name = 'UnseeableError';
    this.code = code;
  }
}
