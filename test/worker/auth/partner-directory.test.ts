import { beforeEach, describe, expect, it } from 'vitest';
import { PartnerDirectory } from '../../../src/auth/partner-directory.ts';
import type { PocketBaseClient } from '../../../src/pocketbase/client.ts';

interface Entry {
  slug: string;
  active: boolean;
  frontend_url: string;
}
let now: number;
let reads: number;
let partners: Entry[];
let deferred: Promise<unknown>[];
let directory: PartnerDirectory;
let isDown: boolean;
beforeEach(() => {
  now = 1_000_000;
  reads = 0;
  partners = [];
  deferred = [];
  isDown = false;
  directory = new PartnerDirectory(() => now);
});

const pb = {
  as: () => pb,
  async call(_: unknown, __: string, { query }: { query: Record<string, string> }) {
    reads++;
    await new Promise((resolve) => setImmediate(resolve)); // as a call that leaves the isolate
    if (isDown) throw new Error('down');
    const from = (Number(query.page) - 1) * Number(query.perPage);
    return { items: partners.slice(from, from + Number(query.perPage)) };
  },
} as unknown as PocketBaseClient;
const defer = (work: Promise<unknown>) => void deferred.push(work);
const isActive = (slug: string) => directory.isActive(slug, pb, defer);

describe('the directory of partners', () => {
  it('is read once for 15 seconds, then in the background, and after 30 seconds before the answer', async () => {
    expect(await isActive('acme')).toBe(true);
    now += 15_000;
    await isActive('acme');
    expect([reads, deferred.length]).toEqual([1, 0]);
    now += 1;
    partners = [{ slug: 'acme', active: false, frontend_url: '' }];
    expect([await isActive('acme'), await isActive('acme')]).toEqual([true, true]);
    await Promise.all(deferred);
    expect([reads, deferred.length]).toEqual([2, 1]);
    expect(await isActive('acme')).toBe(false);
    now += 30_001;
    partners = [];
    expect(await isActive('acme')).toBe(true);
    expect([reads, deferred.length]).toEqual([3, 1]);
  });

  it('goes on with what it knows while PocketBase is down, for 30 seconds', async () => {
    await isActive('acme');
    isDown = true;
    now += 20_000;
    expect(await isActive('acme')).toBe(true);
    await Promise.all(deferred);
    now += 10_001;
    await expect(isActive('acme')).rejects.toThrow('down');
  });

  it('knows more partners than one page holds, and the origins of active ones only', async () => {
    partners = Array.from({ length: 1_500 }, (_, i) => ({
      slug: `p${i}`,
      active: i !== 1_499 && i !== 0,
      frontend_url: `https://p${i}.example/start`,
    }));
    expect(await isActive('p1499')).toBe(false);
    expect(reads).toBe(2);
    const hasOrigin = (origin: string) => directory.hasOrigin(origin, pb, defer);
    expect([await hasOrigin('https://p1.example'), await hasOrigin('https://p0.example')]).toEqual([true, false]);
  });
});
