import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api, json, problemOf } from '../support/api.ts';
import { startWorker, type TestWorker } from '../support/worker.ts';

let worker: TestWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

/** Creates with the value, and reads it again. */
async function stored(field: string, value: string): Promise<unknown> {
  const { id } = await api(worker).created({ [field]: value });
  return ((await api(worker).read(id)) as unknown as Record<string, unknown>)[field];
}

async function refused(field: string, value: string) {
  const problem = await problemOf(await api(worker).create({ [field]: value }));
  return [problem.status, problem.errors?.map(({ pointer }) => pointer)];
}

describe('email', () => {
  it.each([
    'anna@xn--80ak6aa92e.xn--p1ai',
    'smith&sons@example.com',
    'jürgen@example.org',
    'пример@пример.рф',
    "o'neill+kyc@example.co.uk",
    'root@localhost',
  ])('takes %s', async (email) => {
    expect(await stored('email', email)).toBe(email);
  });

  it.each([
    'anna',
    '@example.com',
    'a@',
    'a b@example.com',
    'a@b@example.com',
    'a@-b.example',
    'a@b..example',
    'a\u202e@b.c',
  ])('refuses %j', async (email) => {
    expect(await refused('email', email)).toEqual([422, ['/email']]);
  });
});

describe('date_of_birth', () => {
  it.each(['1990-04-30', '1990-04', '1990', '2000-02-29'])('takes %s', async (date) => {
    expect(await stored('date_of_birth', date)).toBe(date);
  });

  it.each(['1990-02-30', '1990-13', '1899', '2999', '1990-4', '30.04.1990', '1990-04-30T00:00:00Z', '1990-'])(
    'refuses %s',
    async (date) => {
      expect(await refused('date_of_birth', date)).toEqual([422, ['/date_of_birth']]);
    },
  );

  it('of a year alone may be changed by a form too', async () => {
    const { id } = await api(worker).created();
    const body = new FormData();
    body.set('date_of_birth', '1984');
    const headers = { 'x-api-key': worker.keys.internal };
    const response = await worker.fetch(`/api/profiles/${id}`, { method: 'PATCH', body, headers });
    expect(await response.json()).toMatchObject({ date_of_birth: '1984' });
  });
});

describe('country and locale', () => {
  it('take XK, and en_US as en-US', async () => {
    expect(await stored('country', 'XK')).toBe('XK');
    expect(await stored('locale', 'en_US')).toBe('en-US');
    expect(await stored('locale', 'zh_Hant_TW')).toBe('zh-Hant-TW');
    expect(await refused('country', 'EU')).toEqual([422, ['/country']]);
    expect(await refused('locale', 'en US')).toEqual([422, ['/locale']]);
  });
});

describe('a time', () => {
  it('of the year 10000 in UTC is refused, where it would be an end that never comes or a filter that lets all through', async () => {
    const time = '9999-12-31T23:59:59-23:59';
    const headers = { 'x-api-key': worker.keys.internal };
    const key = { partner: 'acme', name: 'x', scopes: ['profiles:read'], expires_at: time };
    expect((await worker.fetch('/api/keys', json(key, headers))).status).toBe(422);
    for (const path of ['/api/profiles?created_after=', '/api/profiles?updated_after=', '/api/audit?from=']) {
      expect((await worker.fetch(path + encodeURIComponent(time), { headers })).status).toBe(422);
    }
  });
});

describe('a text of one line', () => {
  const invisible = ['\u200b', '\u3164\u3164', '\u115f\u1160', '\u2800', '---', '\u00ad', ' \u200d '];
  const controls = ['Anna\u202eannA', 'A\u2066b', 'a\u200fb', 'a\u061cb', 'a\u0085b', 'a\u2028b', 'a\nb', 'a\ud800'];

  it.each([...invisible, ...controls])('%j is none, wherever one is taken', async (text) => {
    for (const field of ['full_name', 'document_number', 'external_id']) {
      expect([field, await refused(field, text)]).toEqual([field, [422, [`/${field}`]]]);
    }
    const headers = { 'x-api-key': worker.keys.internal, 'x-partner': 'acme' };
    const others: [string, string, object][] = [
      ['/api/partners', 'name', { slug: 'lines', name: text }],
      ['/api/keys', 'name', { partner: 'acme', scopes: ['profiles:read'], name: text }],
      ['/api/webhooks', 'description', { url: 'https://hooks.example.com', description: text }],
    ];
    for (const [path, field, body] of others) {
      const { status, errors } = await problemOf(await worker.fetch(path, json(body, headers)));
      expect([path, status, errors?.map(({ pointer }) => pointer)]).toEqual([path, 422, [`/${field}`]]);
    }
  });

  it.each(['علی\u200cرضا', 'ශ්\u200dරී', 'X Æ A-12', '李', 'Ng\u0169', 'O’Brien', '\u0661\u0662'])(
    '%j is one',
    async (name) => {
      expect(await stored('full_name', name)).toBe(name);
    },
  );
});
