import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPocketBase, type TestPocketBase } from '../../support/pocketbase.ts';
import { claimChecks, report, submitted } from '../support/checks.ts';
import { connect, type Request, redact } from '../support/client.ts';
import { openFile } from '../support/sqlite.ts';
import { eventsOf } from '../support/webhook-client.ts';

let pb: TestPocketBase;
let service: Request;

// A PocketBase of its own: the runners take all that is due.
beforeAll(async () => {
  pb = await startPocketBase();
  ({ service } = await connect(pb));
});
afterAll(() => pb.stop());

/** Does what it can get, until there is nothing. */
async function work(runner: string, each: (n: number) => Promise<unknown> = async () => {}): Promise<string[]> {
  const done: string[] = [];
  for (
    let items = await claimChecks(service, { runner });
    items.length > 0;
    items = await claimChecks(service, { runner })
  ) {
    for (const check of items) {
      await each(done.length);
      if ((await report(service, check, { facts: { runner } }, runner)).status === 200) done.push(check.id);
    }
  }
  return done;
}

test('two runners share 500 checks, each of which is concluded once', { timeout: 300_000 }, async () => {
  const partner = 'shared';
  for (let n = 0; n < 100; n++) await submitted(service, { partner });
  const done = (await Promise.all([work('one'), work('two')])).flat();
  expect([done.length, new Set(done).size]).toEqual([500, 500]);
  const { database } = openFile(pb.dir);
  const count = (where: string) => database.prepare(`SELECT COUNT(*) AS n FROM checks WHERE ${where}`).get()?.n;
  expect(count("status = 'completed' AND attempt = 1 AND outcome = 'pass'")).toBe(500);
  database.close();
  const events = (await eventsOf(service, partner)).filter(({ type }) => type === 'profile.checks_completed');
  expect([events.length, new Set(events.map(({ profile }) => profile)).size]).toEqual([100, 100]);
});

test('an erasure among results leaves nothing that was read', { timeout: 120_000 }, async () => {
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(await submitted(service, { partner: 'erased' }));
  const erasures: Promise<unknown>[] = [];
  const next = async () => {
    const id = ids.pop();
    if (id) erasures.push(redact(service, id));
  };
  await Promise.all([work('one', next), work('two', next)]);
  await Promise.all(erasures);
  const { database } = openFile(pb.dir);
  const left = database
    .prepare(
      "SELECT COUNT(*) AS n FROM checks WHERE partner = 'erased' AND (facts IS NOT NULL OR result != '' OR status = 'pending')",
    )
    .get();
  expect(left?.n).toBe(0);
  database.close();
});
