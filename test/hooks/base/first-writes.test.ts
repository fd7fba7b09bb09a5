import { expect, test } from 'vitest';
import { startPocketBase } from '../../support/pocketbase.ts';
import { applicant, connect } from '../support/client.ts';

/** A lock that waits for the writer while the writer waits for it stops everything, but only while the first statement is compiled. */
const STARTS = 3;

test('sixty first writes at once, right after the start, are all answered', { timeout: 120_000 }, async () => {
  for (let start = 1; start <= STARTS; start++) {
    const pocketbase = await startPocketBase();
    const { service } = await connect(pocketbase);
    // Each of another partner, who is written in a transaction of its own.
    const writes = Array.from({ length: 60 }, (_, n) =>
      service('POST', '/api/edge/profiles', applicant({ partner: `partner-${n}` })),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect([start, new Set(statuses)]).toEqual([start, new Set([200])]);
    await pocketbase.stop();
  }
});
