/** How far uploads raise the peak memory of a process that has had one small upload, each time of a fresh one. */
import { memory } from '../lib/proc.ts';
import type { Row } from '../lib/report.ts';
import { MB, type Transfer, transfer } from '../lib/transfer.ts';
import type { Peers } from '../ratios.ts';
import type { Peer } from '../stand.ts';
import { AT_ONCE, SIZE, uploadPlans } from './uploads.ts';

/** In MB. An isolate has 128, which all of its requests share. */
const LIMITS = { 1: 24, [AT_ONCE]: 64 };

export type Starters = Record<'passthrough' | 'express' | 'edge', () => Promise<Peer>>;

export async function measureMemory(
  start: Starters,
  pocketbase: Peers['pocketbase'],
  service: Record<string, string>,
  ids: string[],
): Promise<Row[]> {
  const growth = async (plan: string, uploads: number): Promise<number> => {
    const name = plan.replace('-multipart', '') as keyof Starters;
    const peer = await start[name]();
    try {
      const plans = uploadPlans({ pocketbase, [name]: peer } as unknown as Peers, service);
      const planFor = (id: string) => plans[plan]?.(id) as Transfer;
      await transfer(planFor(ids[0] as string), MB);
      const before = memory(peer.pid).peak;
      await Promise.all(ids.slice(0, uploads).map((id) => transfer(planFor(id), SIZE)));
      return memory(peer.pid).peak - before;
    } finally {
      await peer.stop();
    }
  };
  const rows: Row[] = [];
  for (const uploads of [1, AT_ONCE] as const) {
    const [passthrough, express] = [await growth('passthrough', uploads), await growth('express', uploads)];
    for (const [plan, title] of [
      ['edge', 'PUT'],
      ['edge-multipart', 'multipart'],
    ] as const) {
      const edge = await growth(plan, uploads);
      const limit = LIMITS[uploads] as number;
      rows.push({
        name: `memory-${uploads}-${title.toLowerCase()}`,
        title: `Peak memory, ${uploads} × 90 MB by ${title}`,
        unit: 'MB more',
        figures: { passthrough, express, edge },
        comparisons: [{ by: `the limit of ${limit} MB`, ratio: edge / limit, atMost: 1 }],
      });
    }
  }
  return rows;
}

/** What each process holds once it has served everything else of the run. */
export function memoryHeld(peers: Peers): Row {
  const { pocketbase: _, ...measured } = peers;
  const figures = Object.fromEntries(Object.entries(measured).map(([name, { pid }]) => [name, memory(pid).now]));
  return { name: 'memory-held', title: 'Memory after all requests', unit: 'MB', figures, comparisons: [] };
}
