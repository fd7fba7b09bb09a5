import type { Context } from 'hono';
import { ApiProblem } from '../lib/problem.ts';

/** @throws ApiProblem `invalid_request` (the body is not the form that its Content-Type names) */
export async function readForm(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch {
    throw new ApiProblem('invalid_request', 'The form cannot be read');
  }
}
