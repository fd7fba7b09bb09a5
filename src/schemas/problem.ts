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
