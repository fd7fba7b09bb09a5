/** The same reads, lists, searches and creates with 1,000, 100,000 and 1,000,000 profiles, by the product, in interleaved rounds. */
import { load, type PlannedRequest } from './lib/load.ts';
import { COMMONEST_WORD, RARE_WORD } from './lib/names.ts';
import type { Row } from './lib/report.ts';
import { sampleIds } from './lib/seed.ts';
import { interleave, median, ratio } from './lib/statistics.ts';
import { CONNECTIONS, requestScenarios } from './scenarios/requests.ts';
import { bundleProduct, type Cleanup, KEYS, seededPocketBase, startWorkerd } from './stand.ts';

const SIZES = [1_000, 100_000, 1_000_000];
/** Requests per round: so few creates that 1,000 profiles stay about 1,000. */
const PLAN = [
  { name: 'read', title: 'Profile read', amount: 2_000, atMost: 1.2 },
  { name: 'list', title: 'List of 100', amount: 200, atMost: 1.5 },
  { name: 'search', title: 'Search of the commonest word', amount: 400, atMost: 1.5 },
  { name: 'search-rare', title: 'Search of a rare word', amount: 400, atMost: 1.5 },
  { name: 'create', title: 'Create, new applicant', amount: 200, atMost: 1.5 },
];

const searchFor = (q: string): PlannedRequest[][] => [
  [
    {
      method: 'POST',
      path: '/api/profiles/search',
      headers: { 'x-api-key': KEYS.partner, 'content-type': 'application/json' },
      body: JSON.stringify({ q }),
    },
  ],
];
const SEARCHES: Record<string, PlannedRequest[][]> = {
  search: searchFor(COMMONEST_WORD),
  'search-rare': searchFor(RARE_WORD),
};

export async function measureGrowth(cleanup: Cleanup, rounds: number, sizes = SIZES): Promise<Row[]> {
  const places: Record<string, { url: string; lanes: (scenario: string) => PlannedRequest[][] }> = {};
  for (const size of sizes) {
    const startedAt = performance.now();
    const pocketbase = cleanup.add(await seededPocketBase(size));
    console.log(
      `${size.toLocaleString('en')} profiles made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
    );
    const { url } = cleanup.add(await startWorkerd(cleanup.bundle(bundleProduct(pocketbase))));
    const scenarios = requestScenarios({}, sampleIds(pocketbase.dir, 480));
    const lanes = (name: string) =>
      SEARCHES[name] ?? scenarios.find((scenario) => scenario.name === name)?.lanes('edge') ?? [];
    places[size.toLocaleString('en')] = { url, lanes };
  }
  const names = Object.keys(places);
  const [smallest = '', largest = ''] = [names[0], names.at(-1)];
  const rows: Row[] = [];
  for (const { name, title, amount, atMost } of PLAN) {
    const once = async (place: string, requests: number) => {
      const { url, lanes } = places[place] as (typeof places)[string];
      const spec = { url, connections: CONNECTIONS, lanes: lanes(name), amount: requests };
      const { p50, total, seconds } = await load(spec, [200, 201]);
      return { p50, msPerRequest: (seconds * 1000) / total };
    };
    for (const place of names) await once(place, amount / 2);
    const measured = await interleave(names, rounds, async (place) => (await once(place, amount)).msPerRequest);
    rows.push({
      name,
      title,
      unit: 'ms a request',
      figures: Object.fromEntries(names.map((place) => [place, median(measured[place] ?? [])])),
      comparisons: [{ by: `the time at ${smallest}`, ratio: ratio(measured, largest, smallest), atMost }],
    });
  }
  return rows;
}
