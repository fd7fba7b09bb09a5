import { afterAll, beforeAll, expect, test } from 'vitest';
import { reviewer } from '../../support/api.ts';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { connect, type Request } from '../support/client.ts';

let pocketbase: TestPocketBase;
beforeAll(async () => {
  pocketbase = await startPocketBase();
});
afterAll(() => pocketbase.stop());

/** Answers of each of ten lists by a filter that finds nothing. */
async function findNothing(by: Request, collection: string) {
  const path = `/api/collections/${collection}/records?skipTotal=1&filter=${encodeURIComponent("id='aaaaaaaaaaaaaaa'")}`;
  return Promise.all(Array.from({ length: 10 }, () => by('GET', path)));
}

test('nobody waits at the edge because another found nothing', async () => {
  const { as, root, service } = await connect(pocketbase);
  await root('PATCH', '/api/settings', { logs: { minLevel: -4 } });
  const { authorization } = await reviewer('Control', pocketbase);
  for (const collection of ['partners', 'events', 'notes', 'webhook_endpoints']) {
    for (const { status, body } of await findNothing(service, collection)) {
      expect([status, body]).toEqual([200, { items: [], page: 1, perPage: 30, totalItems: -1, totalPages: -1 }]);
    }
  }
  // PocketBase slows a reviewer down, and its log says so.
  await findNothing(as(authorization), 'profiles');
  const slowed = async () => {
    const { items } = (await root('GET', `/api/logs?perPage=200&filter=${encodeURIComponent("message~'throttle'")}`))
      .body;
    return new Set(items.map(({ data }) => data.collectionId));
  };
  await expect.poll(async () => (await slowed()).size).toBeGreaterThan(0);
  const { id } = (await root('GET', '/api/collections/profiles')).body;
  expect(await slowed()).toEqual(new Set([id]));
});
