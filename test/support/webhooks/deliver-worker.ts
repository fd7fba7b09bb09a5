import { type Attempt, deliver } from '../../../src/webhooks/deliver.ts';

/** Exposes one attempt: the body says what to deliver, the answer how it went. */
export default {
  async fetch(request: Request): Promise<Response> {
    const attempt = (await request.json()) as Attempt;
    return Response.json(await deliver(attempt, { fetch: (url, init) => fetch(url, init), now: Date.now }));
  },
};
