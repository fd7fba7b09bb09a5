import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { file } from '../../support/samples.ts';
import { answered, put, slices } from '../../support/streams/put.ts';
import { expectNothingStored, type Streams, startStreams } from '../../support/streams/streams.ts';

const MB = 1_000_000;

let streams: Streams;
beforeAll(async () => {
  streams = await startStreams();
});
afterAll(async () => {
  const errors = streams.errors();
  await streams.stop();
  expect(errors, 'nothing went unhandled in workerd').toBe('');
});

const both = [
  { how: 'with a length', chunked: false },
  { how: 'chunked', chunked: true },
];

describe('PUT of a document, when something fails', () => {
  it.each(both)('a client cut at 6 of 10 MB aborts the upstream within 5 s, $how', async ({ chunked }) => {
    const data = file('image/png', 10 * MB);
    const cut = new AbortController();
    async function* untilCut() {
      yield* slices(data.subarray(0, 6 * MB));
      await vi.waitFor(() => expect(seen()?.bytes).toBeGreaterThan(5 * MB));
      cut.abort();
    }
    const { answer, seen } = put(streams, '/ok', data, {
      type: 'image/png',
      chunked,
      chunks: untilCut(),
      signal: cut.signal,
    });
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(seen()?.state).toBe('aborted'), { timeout: 5_000 });
  });

  it.each(['/gone/0', '/gone/3000000'])('an upstream that goes away (%s) is 503', async (path) => {
    const { status, body } = await answered(streams, path, file('image/png', 9 * MB), { type: 'image/png' });
    expect([status, body.code]).toEqual([503, 'upstream_unavailable']);
  });

  it('an upstream that stands still is 504, and is aborted', async () => {
    const { status, seen } = await answered(streams, '/stall/100?stallMs=300', file('image/png', 9 * MB), {
      type: 'image/png',
    });
    expect(status).toBe(504);
    seen()?.resume();
    await expectNothingStored(seen);
  });

  it('an upstream that never answers is 504', async () => {
    const { status } = await answered(streams, '/silent?stallMs=300', file('image/png', MB), { type: 'image/png' });
    expect(status).toBe(504);
  });

  it('a client that stands still is 400, and the upstream is aborted', async () => {
    const data = file('image/png', MB);
    const rest = Promise.withResolvers<void>();
    async function* halting() {
      yield data.subarray(0, MB / 2);
      await rest.promise;
    }
    const { answer, seen } = put(streams, '/ok?stallMs=300', data, { type: 'image/png', chunks: halting() });
    await vi.waitFor(() => expect(seen()?.state).toBe('aborted'), { timeout: 5_000 });
    rest.resolve();
    expect((await answer).status).toBe(400);
  });

  it('a client that takes longer than an upload may is 400, however steadily it sends', async () => {
    async function* slowly() {
      yield file('image/png', 20_000);
      while (seen()?.state !== 'aborted') {
        yield Buffer.alloc(4_096);
        await pause(20);
      }
    }
    const options = { type: 'image/png', chunked: true, chunks: slowly() };
    const { answer, seen } = put(streams, '/ok?maxMs=200', file('image/png', MB), options);
    const { status, body } = await answer;
    expect([status, body.detail]).toEqual([400, 'The body took too long']);
    await expectNothingStored(seen);
  });

  // Ten times what may be on its way when the refusal comes.
  it.each(['/refuse/1000?kind=facial_video', '/refuse/5000000?kind=facial_video'])(
    'a refusal while we are still sending (%s) is the answer',
    async (path) => {
      const { status, body, seen } = await answered(streams, path, file('video/mp4', 60 * MB), { type: 'video/mp4' });
      expect([status, body.code]).toEqual([409, 'profile_locked']);
      expect(seen()?.bytes).toBeLessThan(60 * MB);
    },
  );

  it('a refusal after the last byte is the answer', async () => {
    const { status, body } = await answered(streams, '/late', file('image/png', MB), { type: 'image/png' });
    expect([status, body.code]).toEqual([409, 'profile_locked']);
  });
});
