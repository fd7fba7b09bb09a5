/** The peers on the same work, request scenarios first: as many requests per second as two cores carry, load generator included. */
import { load } from './lib/load.ts';
import { cpuMs } from './lib/proc.ts';
import type { Row } from './lib/report.ts';
import { interleave, median, type Rounds, ratio } from './lib/statistics.ts';
import { CONNECTIONS, type PeerName, type Scenario } from './scenarios/requests.ts';
import type { Peer } from './stand.ts';

const SECONDS = 2;
const WARM_UP_SECONDS = 1;

export type Peers = Record<PeerName, Omit<Peer, 'stop'>>;

/** Requests per second, and the processor time that they took of the peer's own process. */
export async function measureRequests(peers: Peers, scenario: Scenario, rounds: number): Promise<Row> {
  const cpu: Rounds = Object.fromEntries(scenario.peers.map((name) => [name, []]));
  const run = async (name: PeerName, seconds: number) => {
    const { url, pid } = peers[name];
    const before = pid ? cpuMs(pid) : 0;
    const spec = { url, connections: CONNECTIONS, lanes: scenario.lanes(name), seconds };
    const { total, seconds: took } = await load(spec, scenario.expected(name));
    return { rate: total / took, cpuUs: pid ? ((cpuMs(pid) - before) * 1000) / total : 0 };
  };
  for (const name of scenario.peers) await run(name, WARM_UP_SECONDS);
  const measured = await interleave(scenario.peers, rounds, async (name) => {
    const { rate, cpuUs } = await run(name as PeerName, SECONDS);
    cpu[name]?.push(cpuUs);
    return rate;
  });
  const medians = (all: Rounds) => Object.fromEntries(scenario.peers.map((name) => [name, median(all[name] ?? [])]));
  const others = scenario.peers.filter((name) => name !== 'edge');
  return {
    name: scenario.name,
    title: scenario.title,
    unit: 'requests/s',
    figures: medians(measured),
    cpu: medians(cpu),
    comparisons: others.map((by) => ({
      by,
      ratio: ratio(measured, 'edge', by),
      ...(scenario.targets[by] !== undefined && { atLeast: scenario.targets[by] }),
    })),
  };
}
