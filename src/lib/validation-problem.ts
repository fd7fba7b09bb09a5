import type * as z from 'zod';
import { ApiProblem, type FieldError } from './problem.ts';

export function validationProblem(issues: readonly z.core.$ZodIssue[]): ApiProblem {
  return new ApiProblem('validation_failed', undefined, { errors: issues.flatMap(fieldErrors) });
}

/** For what no schema can judge. @param pointer as in `FieldError` */
export function invalidField(pointer: string, detail: string): ApiProblem {
  return new ApiProblem('validation_failed', undefined, { errors: [{ pointer, detail }] });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'Unknown field' }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ pointer: pointer(issue.path), detail: isMissing ? 'Required' : issue.message }];
}

/** RFC 6901. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
