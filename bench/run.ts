/**
 * `npm run bench [-- rounds] [part …]`: raw workerd on the production bundle, a real PocketBase, and the peers, all in one run. See
 * docs/performance.md for the parts and for how to read what comes out.
 */
import { measureChecks } from './checks.ts';
import { measureCost } from './cost.ts';
import { measureGrowth } from './growth.ts';
import { document } from './lib/document.ts';
import { startKv } from './lib/kv.ts';
import { keep, type Part, type Row, show } from './lib/report.ts';
import { sampleIds } from './lib/seed.ts';
import { measureRequests, type Peers } from './ratios.ts';
import { measureColdStart } from './scenarios/cold-start.ts';
import { measureMemory, memoryHeld } from './scenarios/memory.ts';
import { CONNECTIONS, requestScenarios } from './scenarios/requests.ts';
import { measureUploads } from './scenarios/uploads.ts';
import { measureSoak } from './soak.ts';
import {
  bundlePassthrough,
  bundleProduct,
  bundleRefusing,
  Cleanup,
  refusalsOf,
  seededPocketBase,
  serviceHeaders,
  startExpress,
  startWorkerd,
} from './stand.ts';
import { measureWriter } from './writer.ts';

const DEFAULT_ROUNDS = 7;
const SOAK_MINUTES = 10;
const PROFILES = 2_000;

const words = process.argv.slice(2);
const rounds = Number(words.find((word) => /^\d+$/.test(word)) ?? DEFAULT_ROUNDS);
const chosen = words.filter((word) => !/^\d+$/.test(word));
const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name);

const cleanup = new Cleanup();
try {
  if (chosen[0] === 'growth') await only('growth', () => measureGrowth(cleanup, rounds));
  else if (chosen[0] === 'soak') await only('soak', () => measureSoak(cleanup, Number(words[1] ?? SOAK_MINUTES)));
  else if (chosen[0] === 'cost') await only('cost', () => measureCost(cleanup));
  else if (words[0] === 'checks') await only('checks', () => measureChecks(words.slice(1)));
  else if (chosen[0] === 'writer') await only('writer', () => measureWriter(cleanup, rounds));
  else {
    await runRatios();
    if (chosen.length === 0) {
      await only('cost', () => measureCost(cleanup));
      await only('writer', () => measureWriter(cleanup, rounds));
    }
  }
} finally {
  await cleanup.run();
}

async function only(part: Part, measure: () => Promise<Row[]>): Promise<void> {
  const rows = await measure();
  for (const row of rows) show(row);
  keep(part, rows, ['growth', 'writer'].includes(part) ? rounds : undefined);
  document();
}

async function runRatios(): Promise<void> {
  console.log(`Rate limits are lifted by a stub limiter that always says yes; logs are thrown away, of every peer.
${CONNECTIONS} connections from autocannon in a process of its own, on the same cores. Medians of ${rounds} interleaved rounds.
In brackets: processor time of the peer's own process per request.\n`);
  const pocketbase = cleanup.add(await seededPocketBase(PROFILES));
  const product = cleanup.bundle(bundleProduct(pocketbase));
  const edge = cleanup.add(await startWorkerd(product));
  const refusals = await refusalsOf(edge);
  const workers = {
    passthrough: cleanup.bundle(bundlePassthrough(pocketbase)),
    constant: cleanup.bundle(bundleRefusing('constant', refusals)),
    hono: cleanup.bundle(bundleRefusing('hono', refusals)),
    edge: product,
  };
  const peers: Peers = {
    pocketbase: { url: pocketbase.url, port: pocketbase.port, pid: 0 },
    passthrough: cleanup.add(await startWorkerd(workers.passthrough)),
    constant: cleanup.add(await startWorkerd(workers.constant)),
    hono: cleanup.add(await startWorkerd(workers.hono)),
    express: cleanup.add(await startExpress(pocketbase)),
    'express-fewest': cleanup.add(await startExpress(pocketbase, { fewest: true })),
    edge,
  };
  const rows: Row[] = [];
  const service = await serviceHeaders(pocketbase);
  const ids = sampleIds(pocketbase.dir, 800);
  const scenarios = requestScenarios(service, ids);
  for (const scenario of scenarios.filter(({ name }) => isChosen(name))) {
    const row = await measureRequests(peers, scenario, rounds);
    rows.push(row);
    show(row);
  }
  const kv = cleanup.add(await startKv());
  const cold = cleanup.bundle(bundleProduct(pocketbase, { kv: kv.address }));
  const start = {
    constant: () => startWorkerd(workers.constant),
    passthrough: () => startWorkerd(workers.passthrough),
    express: () => startExpress(pocketbase),
    edge: () => startWorkerd(workers.edge),
  };
  const part = async (name: string, measure: () => Promise<Row[]>) => {
    if (!isChosen(name)) return;
    const measured = await measure();
    rows.push(...measured);
    for (const row of measured) show(row);
  };
  await part('uploads', () => measureUploads(peers, service, ids, rounds));
  await part('held', async () => [memoryHeld(peers)]);
  await part('memory', () => measureMemory(start, peers.pocketbase, service, ids));
  const asked = { id: ids[0] as string, service };
  await part('cold-start', () => measureColdStart({ ...start, edge: () => startWorkerd(cold) }, kv, asked, rounds));
  if (chosen.length > 0) return;
  keep('ratios', rows, rounds);
  document();
}
