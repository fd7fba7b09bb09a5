import * as z from 'zod';
import { type ErrorCode, PROBLEMS } from '../lib/problem.ts';

const CODES = Object.keys(PROBLEMS) as [ErrorCode, ...ErrorCode[]];

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.enum(CODES),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof Problem>;

/** What some codes say besides. */
const MEMBERS: { [C in ErrorCode]?: object } = {
  forbidden: { required_scope: 'profiles:read' },
  applicant_mismatch: { profile_id: 'k3v9x2m1q8w7z5a', fields: ['date_of_birth'] },
  level_differs: { profile_id: 'k3v9x2m1q8w7z5a', level: 'default' },
  validation_failed: { errors: [{ pointer: '/country', detail: 'Not an ISO 3166-1 alpha-2 code, nor XK' }] },
};

/** One of each code, for the document. */
export const PROBLEM_EXAMPLES = Object.fromEntries(
  CODES.map((code) => [
    code,
    {
      value: {
        type: `https://api.example.com/docs#${code}`,
        ...PROBLEMS[code],
        detail: PROBLEMS[code].title,
        code,
        request_id: '7f1c9d52-3b0e-4c55-9a61-2d8e4f0b7a13',
        ...MEMBERS[code],
      },
    },
  ]),
);
