import * as z from 'zod';
import { log } from '../lib/log.ts';
import { SYSTEM } from '../pocketbase/actor.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listOf } from '../pocketbase/records/common.ts';

/** A change is seen after 15 s by a request that doesn't wait for it, and after 30 s by every request. */
const FRESH_MS = 15_000;
const USABLE_MS = 30_000;
/** PocketBase's own bound. */
const PAGE_SIZE = 1_000;
/** Most partners are active and have no frontend: nothing about them needs to be known. */
const NOTEWORTHY = "active = false || frontend_url != ''";
const Partners = listOf(z.object({ slug: z.string(), active: z.boolean(), frontend_url: z.string() }));

/** Workers' `waitUntil`: the work goes on after the answer. */
export type Defer = (work: Promise<unknown>) => void;

/** What every request must know of partners without asking PocketBase: which are shut out, and which origins may call. */
export class PartnerDirectory {
  readonly #now: () => number;
  #inactive: ReadonlySet<string> = new Set();
  #origins: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;
  #refreshingSince = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A partner that has no record yet is active. */
  async isActive(slug: string, pb: PocketBaseClient, defer: Defer): Promise<boolean> {
    await this.#ensure(pb, defer);
    return !this.#inactive.has(slug);
  }

  /** Whether an active partner's hosted frontend has this origin. */
  async hasOrigin(origin: string, pb: PocketBaseClient, defer: Defer): Promise<boolean> {
    await this.#ensure(pb, defer);
    return this.#origins.has(origin);
  }

  /** After a change that this isolate made itself. */
  forget(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #ensure(pb: PocketBaseClient, defer: Defer): Promise<void> {
    const now = this.#now();
    const age = now - this.#readAt;
    if (age <= FRESH_MS) return;
    if (age > USABLE_MS) return this.#read(pb);
    if (now - this.#refreshingSince <= FRESH_MS) return;
    this.#refreshingSince = now;
    defer(this.#read(pb).catch(() => log('warn', 'partner_directory_stale')));
  }

  async #read(pb: PocketBaseClient): Promise<void> {
    const startedAt = this.#now();
    const inactive = new Set<string>();
    const origins = new Set<string>();
    for (let page = 1, isLast = false; !isLast; page++) {
      const { items } = await pb.as(SYSTEM).call(Partners, '/api/collections/partners/records', {
        query: {
          filter: NOTEWORTHY,
          fields: 'slug,active,frontend_url',
          sort: 'slug',
          page: String(page),
          perPage: String(PAGE_SIZE),
          skipTotal: '1',
        },
      });
      for (const { slug, active, frontend_url } of items) {
        if (!active) inactive.add(slug);
        else if (URL.canParse(frontend_url)) origins.add(new URL(frontend_url).origin);
      }
      isLast = items.length < PAGE_SIZE;
    }
    this.#inactive = inactive;
    this.#origins = origins;
    this.#readAt = startedAt;
  }
}
