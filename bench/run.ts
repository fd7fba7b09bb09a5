/**
 * `npm run bench [-- rounds] [part …]`: raw workerd on the production bundle, a real PocketBase, and the peers, all in one run. See
 * docs/performance.md for the parts and for how to read what comes out.
 */
import { keep, type Row, show } from './lib/report.ts';
import { sampleIds } from './lib/seed.ts';
import { measureRequests, type Peers } from './ratios.ts';
import { CONNECTIONS, requestScenarios } from './scenarios/requests.ts';
import {
  bundlePeer,
  bundleProduct,
  Cleanup,
  seededPocketBase,
  serviceHeaders,
  startExpress,
  startWorkerd,
} from './stand.ts';

const DEFAULT_ROUNDS = 7;
const PROFILES = 2_000;

const words = process.argv.slice(2);
const rounds = Number(words.find((word) => /^\d+$/.test(word)) ?? DEFAULT_ROUNDS);
const chosen = words.filter((word) => !/^\d+$/.test(word));
const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);

const cleanup = new Cleanup();
try {
  await runRatios();
} finally {
  await cleanup.run();
}

async function runRatios(): Promise<void> {
  console.log(`Rate limits are lifted by a stub limiter that always says yes; logs are thrown away, of every peer.
${CONNECTIONS} connections from autocannon in a process of its own, on the same cores. Medians of ${rounds} interleaved rounds.
In brackets: processor time of the peer's own process per request.\n`);
  const pocketbase = cleanup.add(await seededPocketBase(PROFILES));
  const workers = {
    passthrough: cleanup.bundle(bundlePeer('passthrough', pocketbase)),
    constant: cleanup.bundle(bundlePeer('constant', pocketbase)),
    edge: cleanup.bundle(bundleProduct(pocketbase)),
  };
  const peers: Peers = {
    pocketbase: { url: pocketbase.url, port: pocketbase.port, pid: 0 },
    passthrough: cleanup.add(await startWorkerd(workers.passthrough)),
    constant: cleanup.add(await startWorkerd(workers.constant)),
    express: cleanup.add(await startExpress(pocketbase)),
    'express-fewest': cleanup.add(await startExpress(pocketbase, { fewest: true })),
    edge: cleanup.add(await startWorkerd(workers.edge)),
  };
  const rows: Row[] = [];
  const scenarios = requestScenarios(await serviceHeaders(pocketbase), sampleIds(pocketbase.dir, 800));
  for (const scenario of scenarios.filter(({ name }) => isChosen(name))) {
    const row = await measureRequests(peers, scenario, rounds);
    rows.push(row);
    show(row);
  }
  if (chosen.length === 0) keep('ratios', rows, rounds);
}
