/** The load generator, in a process of its own: reads a `LoadSpec` from stdin, prints a `LoadResult`. */
import { text } from 'node:stream/consumers';
import autocannon, { type Request } from 'autocannon';
import type { LoadResult, LoadSpec, PlannedRequest } from './load.ts';

const UNIQUE = '[unique]';

const spec = JSON.parse(await text(process.stdin)) as LoadSpec;
const run = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let count = 0;

/** A body that says `[unique]` differs in every request. */
function toRequest({ method, path, headers, body }: PlannedRequest): Request {
  const request: Request = { method, path, headers, ...(body !== undefined && { body }) } as Request;
  if (!body?.includes(UNIQUE)) return request;
  const [before, after] = body.split(UNIQUE) as [string, string];
  return { ...request, setupRequest: (fresh) => ({ ...fresh, body: `${before}${run}N${count++}${after}` }) };
}

let client = 0;
const { connections, seconds, amount, rate } = spec;
const result = await autocannon({
  url: spec.url,
  connections,
  timeout: 30,
  ...(amount ? { amount } : { duration: seconds ?? 2 }),
  ...(rate && { overallRate: rate }),
  setupClient(each) {
    const requests = spec.lanes[client++ % spec.lanes.length] as PlannedRequest[];
    each.setRequests(requests.map(toRequest));
  },
});
const statuses = (result as unknown as { statusCodeStats: Record<string, { count: number }> }).statusCodeStats;
console.log(
  JSON.stringify({
    total: result.requests.total,
    seconds: result.duration,
    errors: result.errors,
    timeouts: result.timeouts,
    statuses: Object.fromEntries(Object.entries(statuses).map(([status, { count }]) => [status, count])),
    p50: result.latency.p50,
    p99: result.latency.p99,
  } satisfies LoadResult),
);
