import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ApiProblem } from '../../../src/lib/problem.ts';
import { BREAKER_FAILURES, BREAKER_PAUSE_MS, RETRY_DELAY_MS, TIMEOUT_MS } from '../../../src/pocketbase/limits.ts';
import { Upstream } from '../../../src/pocketbase/upstream.ts';
import { type CountingProxy, startProxy } from '../../support/proxy.ts';

let proxy: CountingProxy;
let upstream: Upstream;
/** Runs on only when a test says so, or the upstream sleeps. */
let time: number;
let slept: number[];
beforeAll(async () => {
  proxy = await startProxy(inject('pocketbase').url);
});
afterAll(() => proxy.stop());
beforeEach(() => {
  proxy.intercept = null;
  proxy.take();
  time = 1_000_000;
  slept = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
    time += ms;
  };
  upstream = new Upstream({ fetch, now: () => time, random: () => 0.5, sleep });
});

const send = (method: string) => upstream.call(`${proxy.url}/api/health`, { method }, () => {});
const outcomeOf = (method: string) =>
  send(method).then(
    ({ status }) => status,
    ({ code }: ApiProblem) => code,
  );
/** The first `times` calls get this, the others PocketBase. */
const fail = (times: number, act: (answer: ServerResponse) => void) => {
  let left = times;
  proxy.intercept = (_, answer) => {
    if (left-- <= 0) return false;
    act(answer);
    return true;
  };
};
const refuse = (answer: ServerResponse) => void answer.destroy();
const answerWith = (status: number, body: string) => (answer: ServerResponse) =>
  void answer.writeHead(status).end(body);

describe('the retry', () => {
  it.each([
    ['a connection that broke', refuse],
    ['a 502 of something in between', answerWith(502, '<h1>Bad gateway</h1>')],
    ['a 503 of something in between', answerWith(503, '{"error":"unreachable"}')],
  ])('repeats a read once after %s', async (_, act) => {
    fail(1, act);
    expect(await outcomeOf('GET')).toBe(200);
    expect(proxy.take()).toHaveLength(2);
    expect(slept).toEqual([(RETRY_DELAY_MS.min + RETRY_DELAY_MS.max) / 2]);
    fail(9, act);
    await outcomeOf('GET');
    expect(proxy.take()).toHaveLength(2);
  });

  it('is none for a write, whatever happened to it', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      fail(1, refuse);
      expect(await outcomeOf(method)).toBe('upstream_unavailable');
      expect(proxy.take()).toHaveLength(1);
    }
  });

  it('is none after an answer of PocketBase’s own, nor after a 500', async () => {
    for (const act of [answerWith(503, '{"code":"not_configured","status":503}'), answerWith(500, 'oops')]) {
      fail(1, act);
      await send('GET');
      expect(proxy.take()).toHaveLength(1);
    }
  });
});

describe('the breaker', () => {
  const state = () => upstream.breaker.state;
  const repeat = async (times: number, method = 'POST') => {
    for (let call = 0; call < times; call++) await outcomeOf(method);
  };

  it('opens on what is not PocketBase’s own, answers without a call, and closes by a probe', async () => {
    fail(BREAKER_FAILURES, answerWith(500, 'oops'));
    await repeat(BREAKER_FAILURES);
    proxy.take();
    expect([await outcomeOf('GET'), await outcomeOf('POST'), state()]).toEqual([
      'upstream_unavailable',
      'upstream_unavailable',
      'open',
    ]);
    expect([proxy.take(), slept]).toEqual([[], []]);
    time += BREAKER_PAUSE_MS;
    expect([await outcomeOf('GET'), state()]).toEqual([200, 'closed']);
  });

  it.each([
    ['refusals', answerWith(404, '<h1>no</h1>')],
    ['own errors', answerWith(500, '{"status":500,"message":"Something went wrong.","data":{}}')],
    ['answers of another shape', answerWith(200, '{"items":7}')],
  ])('stays closed on %s', async (_, act) => {
    fail(99, act);
    await repeat(2 * BREAKER_FAILURES);
    expect(state()).toBe('closed');
  });

  it('stays closed on what an upload’s client may have caused', async () => {
    const upload = (init: { signal?: AbortSignal }) =>
      upstream.call(`${proxy.url}/api/health`, { method: 'POST', body: 'x', ...init }, () => {}, 'upload');
    for (const act of [refuse, answerWith(502, '<h1>Client too slow</h1>'), () => {}]) {
      fail(99, act);
      for (let call = 0; call < 2 * BREAKER_FAILURES; call++) {
        await upload(act.length === 0 ? { signal: AbortSignal.timeout(20) } : {}).catch(() => {});
      }
      expect([state(), upstream.breaker.openings]).toEqual(['closed', 0]);
    }
  });

  it('stays closed when callers give up a download', async () => {
    fail(99, () => {});
    for (let call = 0; call < 2 * BREAKER_FAILURES; call++) {
      const init = { method: 'GET', signal: AbortSignal.timeout(20) };
      await upstream
        .stream(
          `${proxy.url}/api/health`,
          init,
          () => {},
          () => true,
        )
        .catch(() => {});
    }
    expect(state()).toBe('closed');
  });

  it('opens on uploads that PocketBase leaves waiting', async () => {
    fail(99, () => {});
    const late = () => AbortSignal.abort(new ApiProblem('upstream_timeout'));
    for (let call = 0; call < BREAKER_FAILURES; call++) {
      const init = { method: 'POST', signal: late() };
      await upstream.call(`${proxy.url}/api/health`, init, () => {}, 'upload').catch(() => {});
    }
    expect(state()).toBe('open');
  });

  it('gives a probe less than a second, and calls what it finds what was known: unavailable', async () => {
    fail(99, () => {});
    for (let call = 0; call < BREAKER_FAILURES; call++) {
      upstream.breaker.leave({ isProbe: false, round: 0 }, 'failed');
    }
    time += BREAKER_PAUSE_MS;
    const startedAt = performance.now();
    expect(await outcomeOf('POST')).toBe('upstream_unavailable');
    expect(performance.now() - startedAt).toBeGreaterThan(TIMEOUT_MS.probe - 50);
    expect(state()).toBe('open');
  });
});

it('a read that hangs is given up in its time, and not repeated', async () => {
  fail(99, () => {});
  expect(await outcomeOf('GET')).toBe('upstream_timeout');
  expect(proxy.take()).toHaveLength(1);
});
