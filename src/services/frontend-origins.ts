import * as z from 'zod';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listOf } from '../pocketbase/records.ts';

/** A new partner's frontend is let in, and an inactive one's shut out, after at most this long. */
const CACHE_TTL_MS = 60_000;
const MAX_PARTNERS = '1000';
const EVERY_PARTNER = { type: 'system', id: '', partner: null };
const Frontends = listOf(z.object({ frontend_url: z.string() }));

/** The origins from which an applicant's browser may call: those of active partners' hosted frontends. */
export class FrontendOrigins {
  readonly #now: () => number;
  #origins: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  async has(origin: string, pb: PocketBaseClient): Promise<boolean> {
    if (this.#now() - this.#readAt > CACHE_TTL_MS) await this.#read(pb);
    return this.#origins.has(origin);
  }

  async #read(pb: PocketBaseClient): Promise<void> {
    const { items } = await pb.as(EVERY_PARTNER).call(Frontends, '/api/collections/partners/records', {
      query: {
        filter: "active = true && frontend_url != ''",
        fields: 'frontend_url',
        perPage: MAX_PARTNERS,
        skipTotal: '1',
      },
    });
    // One partner's bad URL must not shut out the others; `null` is the origin of every sandboxed frame.
    const urls = items.map((partner) => URL.parse(partner.frontend_url)).filter((url) => url !== null);
    this.#origins = new Set(urls.map((url) => url.origin).filter((origin) => origin !== 'null'));
    this.#readAt = this.#now();
  }
}
