import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { delayMs } from '../../../checker/runner/client.ts';
import { pauseMs } from '../../../checker/runner/loop.ts';
import { hostileFiles, memoryBomb, photo, video } from '../support/files.ts';
import { spawnRunner, stopRunners } from '../support/runner-process.ts';
import { StubApi } from '../support/stub-api.ts';

let api: StubApi;
beforeEach(async () => {
  api = await new StubApi().start();
});
afterEach(async () => {
  await stopRunners();
  api.stop();
});

const jpeg = await photo(600, 800).jpeg().toBuffer();
const document = { document_front: jpeg, document_back: jpeg, facial_photo: jpeg };
const isAllDone = () => expect(api.checks.map(({ state }) => state)).toEqual(api.checks.map(() => 'completed'));
const allDone = (timeout = 100_000) => vi.waitFor(isAllDone, { timeout, interval: 50 });
const eachOnce = () => expect(api.checks.map(({ results }) => results.length)).toEqual(api.checks.map(() => 1));

// Reading pictures takes its time beside other tests.
vi.setConfig({ testTimeout: 180_000 });

describe('npm run checker', () => {
  it('does the checks of an applicant, and fetches each document once', async () => {
    for (const type of ['document_text', 'document_match', 'document_quality', 'applicant_data'] as const)
      api.add(type, document);
    api.add('document_reuse', document, { photoReuse: true });
    api.add('document_reuse', document);
    spawnRunner(api);
    await allDone();
    eachOnce();
    const [text, , quality, data, reuse, noReuse] = api.checks.map(({ results }) => results[0]);
    expect(text).toMatchObject({ outcome: 'inconclusive', findings: [{ code: 'zone_not_found' }] });
    expect(quality?.scores).toMatchObject({ document_front_brightness: expect.any(Number) });
    expect(data).toMatchObject({ outcome: 'pass', provider: { name: 'builtin', version: expect.any(String) } });
    expect([reuse?.photo_hash, noReuse?.photo_hash]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), undefined]);
    expect(api.requests.filter((request) => request.includes('/documents/'))).toHaveLength(3);
  });

  it('what can’t be seen is inconclusive with a code, and the runner goes on', async () => {
    const files = [
      ...(await hostileFiles()),
      ['a page that inflates to 800 MB', memoryBomb(), 'out_of_memory'] as const,
    ];
    for (const [, file] of files) if (file.length > 0) api.add('document_quality', { document_front: file });
    const codes = files.filter(([, file]) => file.length > 0).map(([, , code]) => code);
    api.add('face_liveness', { facial_video: (await video('mp4')).subarray(0, 9_000) });
    const runner = spawnRunner(api);
    await allDone();
    expect(api.checks.map(({ results }) => results[0]?.outcome)).toEqual(api.checks.map(() => 'inconclusive'));
    expect(api.checks.map(({ results }) => results[0]?.findings[0]?.code)).toEqual([...codes, 'video_unreadable']);
    expect(runner.process.exitCode).toBeNull();
  });

  it('its log is JSON without anything of the applicant or the key', async () => {
    api.add('document_match', document);
    api.add('applicant_data');
    const runner = spawnRunner(api);
    await allDone();
    // It logs what the API has answered.
    await vi.waitFor(() => expect(runner.output().match(/"check_done".*\n/g)).toHaveLength(2), { timeout: 20_000 });
    for (const line of runner.output().trim().split('\n')) JSON.parse(line);
    expect(runner.output()).not.toMatch(/Ada|Example|X1234567|1990|ek_live/);
  });

  it('on SIGTERM it gives back what it holds, and ends with its child', async () => {
    const held = [api.add('document_quality', document), api.add('document_text', document)];
    // The document never comes.
    api.fault = ({ path }) => (path.includes('/documents/') ? new Promise<null>(() => {}) : null);
    const runner = spawnRunner(api);
    await vi.waitFor(() => expect(runner.children()).toHaveLength(1), { timeout: 20_000 });
    const [child] = runner.children();
    runner.process.kill('SIGTERM');
    expect(await runner.exit).toBe(0);
    expect(held.map(({ state }) => state)).toEqual(['queued', 'queued']);
    await expect.poll(() => existsSync(`/proc/${child}`)).toBe(false);
  });

  it.each([
    ['no setting', {}, 'EKYC_URL and EKYC_API_KEY must be set'],
    ['no key', { EKYC_URL: 'https://api.example.com' }, 'EKYC_API_KEY must be set'],
    [
      'a key that would travel in the clear',
      { EKYC_URL: 'http://api.example.com', EKYC_API_KEY: 'k' },
      'must be an https: address',
    ],
  ])('%s: says so in one line and ends with 1', async (_, env, message) => {
    const runner = spawnRunner(null, undefined, env);
    expect(await runner.exit).toBe(1);
    expect(runner.output()).toMatch(/^npm run checker: .*\n$/);
    expect(runner.output()).toContain(message);
  });

  it('a key that the API refuses: says so and ends with 1', async () => {
    const runner = spawnRunner({ url: api.url, key: 'ek_live_wrong' });
    expect(await runner.exit).toBe(1);
    expect(runner.output()).toContain('npm run checker: ');
    expect(runner.output()).not.toContain('ek_live_wrong');
  });
});

describe('an API with troubles', () => {
  it.each([
    [429, 'slows it down'],
    [503, 'is away'],
    [0, 'cuts connections'],
  ])('%s: each request is repeated while the API %s', async (status) => {
    const failed = new Set<string>();
    api.fault = ({ method, path }) => {
      if (failed.has(`${method} ${path}`)) return null;
      failed.add(`${method} ${path}`);
      return status;
    };
    api.add('document_quality', document);
    spawnRunner(api);
    await allDone();
    eachOnce();
    expect(failed.size).toBe(5);
  });

  it.each([404, 409, 410])('%i for a check: it is left, and the others are done', async (status) => {
    const [lost] = [api.add('document_quality', document), api.add('applicant_data')];
    api.fault = ({ path }) => (path.startsWith(`/api/checks/${lost.id}/result`) ? status : null);
    const runner = spawnRunner(api);
    await vi.waitFor(() => expect(runner.output()).toContain('check_left'), { timeout: 20_000 });
    await vi.waitFor(() => expect(api.checks[1]?.state).toBe('completed'));
    expect(
      api.requests.filter((request) => request.includes(lost.id)).filter((request) => !request.includes('documents')),
    ).toEqual([`POST /api/checks/${lost.id}/result`]);
  });

  it('a document with other bytes than claimed is not looked at', async () => {
    const check = api.add('document_quality', { document_front: jpeg });
    const original = check.documents;
    api.fault = ({ path }) => {
      if (path.includes('/documents/')) check.documents = { document_front: Buffer.alloc(jpeg.length) };
      if (path.includes('/release')) check.documents = original;
      return null;
    };
    const runner = spawnRunner(api);
    await vi.waitFor(() => expect(runner.output()).toContain('ApiError: A document is not the one that was claimed'), {
      timeout: 20_000,
    });
    expect(check.results).toEqual([]);
  });
});

describe('kill -9', () => {
  const STAGES = [
    ['when it has claimed', '/documents/document_front', 'before'],
    ['when it has fetched one of its documents', '/documents/document_back', 'before'],
    ['when it reports', '/result', 'before'],
    ['when its report has arrived, and the answer not', '/result', 'after'],
  ] as const;

  it.each(STAGES)('of the runner, %s: another one concludes the check, once', async (_, stage, moment) => {
    const check = api.add('document_quality', document);
    api.leaseMs = 1_000;
    const first = spawnRunner(api);
    const children: number[] = [];
    let isKilled = false;
    api.fault = ({ path }) => {
      if (isKilled || !path.endsWith(stage)) return null;
      isKilled = true;
      children.push(...first.children());
      first.process.kill('SIGKILL');
      if (moment === 'after') return null;
      return 0;
    };
    expect(await first.exit).toBeNull();
    spawnRunner(api);
    await allDone();
    eachOnce();
    expect(check.attempt).toBe(moment === 'after' ? 1 : 2);
    await vi.waitFor(() => expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), {
      timeout: 20_000,
    });
  });

  it('of the child, again and again: each check is concluded once', { timeout: 180_000 }, async () => {
    for (let count = 0; count < 4; count++)
      api.add('document_quality', document, { profile: `profile${String(count).padStart(8, '0')}` });
    const runner = spawnRunner(api);
    let fetched = 0;
    api.fault = ({ path }) => {
      if (path.includes('/documents/') && fetched++ % 4 === 0)
        for (const pid of runner.children()) process.kill(pid, 'SIGKILL');
      return null;
    };
    await allDone();
    eachOnce();
  });
});

it('two runners share the checks, and each is concluded once', { timeout: 120_000 }, async () => {
  for (let count = 0; count < 100; count++) api.add(count % 10 ? 'applicant_data' : 'document_quality', document);
  const runners = [spawnRunner(api), spawnRunner(api)];
  await allDone();
  eachOnce();
  for (const runner of runners) expect(runner.output()).toContain('check_done');
});

describe('pauses', () => {
  it('without work they grow from 2 s to 10 s within five minutes', () => {
    expect([0, 30_000, 60_000, 150_000, 300_000, 3_600_000].map(pauseMs)).toEqual([
      2000, 2000, 2000, 5000, 10_000, 10_000,
    ]);
  });

  it('before another try they double, lie anywhere below that, and never below what the API asks', () => {
    expect([1, 2, 3, 9].map((tries) => delayMs(tries, 0, 1))).toEqual([1000, 2000, 4000, 15_000]);
    expect([delayMs(3, 0, 0), delayMs(3, 2, 0), delayMs(1, Number.NaN, 0)]).toEqual([0, 2000, 0]);
    expect(delayMs(1, 86_400, 0)).toBe(15_000);
  });
});
