/** From the start of a process to its first answer. For the product that answer needs a service token: from KV, or by a login. */
import type { startKv } from '../lib/kv.ts';
import type { Row } from '../lib/report.ts';
import { interleave, median, ratio } from '../lib/statistics.ts';
import { KEYS, type Peer } from '../stand.ts';

type Start = () => Promise<Peer>;

export async function measureColdStart(
  start: Record<'constant' | 'passthrough' | 'express' | 'edge', Start>,
  kv: Awaited<ReturnType<typeof startKv>>,
  { id, service }: { id: string; service: Record<string, string> },
  rounds: number,
): Promise<Row[]> {
  const own = { path: `/api/profiles/${id}`, headers: { 'x-api-key': KEYS.partner }, status: 200 };
  const direct = { path: `/api/collections/profiles/records/${id}`, headers: service, status: 200 };
  const first = async (begin: Start, { path, headers, status }: typeof own | typeof direct) => {
    const startedAt = performance.now();
    const peer = await begin();
    try {
      const response = await fetch(`${peer.url}${path}`, { headers });
      await response.arrayBuffer();
      if (response.status !== status) throw new Error(`the first answer of a cold start is ${response.status}`);
      return performance.now() - startedAt;
    } finally {
      await peer.stop();
    }
  };
  const constant = { path: '/', headers: {}, status: 401 };
  const plans: Record<string, () => Promise<number>> = {
    constant: () => first(start.constant, constant),
    passthrough: () => first(start.passthrough, direct),
    express: () => first(start.express, own),
    'edge-health': () => first(start.edge, { path: '/', headers: {} as typeof own.headers, status: 200 }),
    'edge-login': () => {
      kv.clear();
      return first(start.edge, own);
    },
    edge: () => first(start.edge, own),
  };
  // The login leaves its token in KV for the one after it.
  await plans['edge-login']?.();
  const measured = await interleave(Object.keys(plans), rounds, (name) => plans[name]?.() as Promise<number>);
  const of = (name: string) => median(measured[name] ?? []);
  const figures = { passthrough: of('passthrough'), express: of('express') };
  const by = (name: string, plan: string) => ({ by: name, ratio: ratio(measured, plan, name) });
  const compared = (plan: string) => [by('passthrough', plan), by('express', plan)];
  return [
    row('cold-kv', 'Cold start to a profile read, token in KV', { ...figures, edge: of('edge') }, compared('edge')),
    row(
      'cold-login',
      'Cold start to a profile read, with a login',
      { ...figures, edge: of('edge-login') },
      compared('edge-login'),
    ),
    row(
      'cold-health',
      'Cold start to `GET /`, a constant answer beside it',
      { constant: of('constant'), edge: of('edge-health') },
      [by('constant', 'edge-health')],
    ),
  ];
}

const row = (name: string, title: string, figures: Row['figures'], comparisons: Row['comparisons']): Row => ({
  name,
  title,
  unit: 'ms',
  figures,
  comparisons,
});
