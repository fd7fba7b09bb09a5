import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CountingProxy, startProxy } from '../support/proxy.ts';

/** One call to PocketBase that a caller's request led to, and what PocketBase itself made of it: `null` if it never came to know. */
export interface UpstreamCall {
  method: string;
  path: string;
  status: number | null;
  /** An upload's body. */
  isStreamed: boolean;
}

/** `forward` hands the call to PocketBase and returns its whole answer. */
type Act = (call: {
  incoming: IncomingMessage;
  answer: ServerResponse;
  forward: (headers?: Record<string, string>) => Promise<{ status: number; headers: object; body: Buffer }>;
}) => Promise<unknown> | unknown;

export const REVIEWER_CHECK = '/api/collections/reviewers/auth-refresh';
const PIECES = 10;
const PIECE_EVERY_MS = 100;

const inPlace = (status: number, body: string, type: string): Act =>
  function answerInPlace({ incoming, answer }) {
    incoming.resume();
    answer.writeHead(status, { 'content-type': type }).end(body);
  };

/** PocketBase answers, and half of it arrives; an answer without a body does not arrive at all. */
const half =
  (end: (answer: ServerResponse) => void): Act =>
  async ({ answer, forward }) => {
    const { status, headers, body } = await forward();
    if (body.length > 0) {
      answer.writeHead(status, { ...headers, 'content-length': body.length });
      await new Promise<void>((resolve) => answer.write(body.subarray(0, body.length / 2), () => resolve()));
    }
    end(answer);
  };
const nothing = () => {};

/** What can go wrong between Worker and PocketBase. Those that lose an answer do so after PocketBase has acted. */
export const FAULTS = {
  'refuses the connection': ({ answer }) => answer.destroy(),
  'loses the answer': async ({ answer, forward }) => {
    await forward();
    answer.destroy();
  },
  'resets mid-body': half((answer) => answer.destroy()),
  'hangs before the headers': async ({ forward }) => {
    await forward();
  },
  'hangs mid-body': half(nothing),
  'answers 500': inPlace(500, '<h1>Internal Server Error</h1>', 'text/html'),
  'answers 502': inPlace(502, '<h1>Bad Gateway</h1>', 'text/html'),
  'answers with wrong JSON': inPlace(200, '{"items":7}', 'application/json'),
  'answers with a page': inPlace(200, '<h1>Welcome</h1>', 'text/html'),
  'sends slow bytes': async ({ answer, forward }) => {
    const { status, headers, body } = await forward();
    answer.writeHead(status, headers as Record<string, string>);
    const size = Math.ceil(body.length / PIECES);
    for (let at = 0; at < body.length; at += size) {
      answer.write(body.subarray(at, at + size));
      await sleep(PIECE_EVERY_MS);
    }
    answer.end();
  },
  'finds the token expired': async ({ answer, forward }) => {
    const { status, headers, body } = await forward({ authorization: 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x' });
    answer.writeHead(status, headers as Record<string, string>).end(body);
  },
} satisfies Record<string, Act>;
export type Fault = keyof typeof FAULTS;

interface Plan {
  act: Act;
  call: number;
  once: boolean;
}

export interface FaultProxy extends CountingProxy {
  /** `fault` befalls the given call of the request, counted from 1, and those after it, unless `once`. */
  plan(requestId: string, fault: Fault, options: { call: number; once: boolean }): void;
  /** `fault` befalls the next call whose path ends so, whatever it belongs to. @returns whether it has happened */
  planNext(path: string, fault: Fault): () => boolean;
  /** The calls of a request, retries among them. */
  callsOf(requestId: string): UpstreamCall[];
}

/** The proxy knows a request by its id, which the Worker hands on. So each request has its own fault, also while others run. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const plans = new Map<string, Plan>();
  let next: { path: string; act: Act } | null = null;
  const known = new Set<string | undefined>();
  const calls = new Map<string, UpstreamCall[]>();
  const proxy = await startProxy(target);

  proxy.intercept = (incoming, answer) => {
    const { authorization } = incoming.headers;
    const isCheck = incoming.url === REVIEWER_CHECK;
    // Once in 30 s a request pays for another look at a reviewer's token. Which one does is chance, so only the first look is counted.
    if (isCheck && known.has(authorization)) return false;
    if (isCheck) known.add(authorization);
    const requestId = String(incoming.headers['x-request-id']);
    const call: UpstreamCall = {
      method: incoming.method ?? '',
      path: incoming.url?.split('?')[0] ?? '',
      status: null,
      isStreamed: /^multipart/.test(incoming.headers['content-type'] ?? ''),
    };
    const before = calls.get(requestId) ?? [];
    calls.set(requestId, [...before, call]);
    const number = before.length + 1;
    const isNext = next !== null && call.path.endsWith(next.path);
    const act = (isNext && next?.act) || actFor(plans.get(requestId), number);
    if (isNext) next = null;
    incoming.on('error', nothing);
    const forward = (headers: Record<string, string> = {}) => onward(target, incoming, headers, call);
    Promise.resolve(act({ incoming, answer, forward })).catch(() => answer.destroy());
    return true;
  };
  return Object.assign(proxy, {
    plan(requestId: string, fault: Fault, { call, once }: { call: number; once: boolean }) {
      plans.set(requestId, { act: FAULTS[fault], call, once });
    },
    planNext(path: string, fault: Fault) {
      const planned = { path, act: FAULTS[fault] };
      next = planned;
      return () => next !== planned;
    },
    callsOf: (requestId: string) => calls.get(requestId) ?? [],
  });
}

function actFor(plan: Plan | undefined, number: number): Act {
  const isHit = plan && (plan.once ? number === plan.call : number >= plan.call);
  return isHit ? plan.act : passOn;
}

const passOn: Act = async ({ answer, forward }) => {
  const { status, headers, body } = await forward();
  answer.writeHead(status, headers as Record<string, string>).end(body);
};

async function onward(target: string, incoming: IncomingMessage, headers: object, call: UpstreamCall) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(`${target}${incoming.url}`, {
    method: call.method,
    headers: { ...incoming.headers, ...headers },
  });
  outgoing.on('response', resolve).on('error', reject);
  incoming.on('close', () => incoming.complete || outgoing.destroy());
  incoming.pipe(outgoing);
  const response = await promise;
  call.status = response.statusCode ?? 0;
  return { status: call.status, headers: response.headers, body: await buffer(response) };
}
