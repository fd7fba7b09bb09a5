/** As fast as a Worker can refuse: the product's own answer to such a request as a constant. */
import { type Refusals, refusalsIn } from './refusals.ts';

let refusals: Refusals | undefined;

export default {
  fetch({ method }: Request, { ANSWERS }: { ANSWERS: string }): Response {
    refusals ??= refusalsIn(ANSWERS);
    const { status, headers, body } = method === 'GET' ? refusals.unauthenticated : refusals.invalid;
    return new Response(body, { status, headers });
  },
};
