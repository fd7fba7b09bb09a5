import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, decide, enrol } from '../../../hooks/support/client.ts';
import { api, PDF, PNG, problemOf, UNKNOWN_ID } from '../../../support/api.ts';
import { type DashboardClient, dashboardClient } from '../../../support/browser/dashboard.ts';
import { startPocketBase, type TestPocketBase } from '../../../support/pocketbase.ts';
import { secret, startWorker, type TestWorker } from '../../../support/worker.ts';

const SESSION_SECRET = secret();
/** One of its own: what others change, streams of this file would hear of. */
let pocketbase: TestPocketBase;
let worker: TestWorker;
let anna: DashboardClient;
let ben: DashboardClient;
beforeAll(async () => {
  pocketbase = await startPocketBase();
  worker = await startWorker({ SESSION_SECRET }, { pocketbase });
  anna = await dashboardClient(worker, 'Anna', pocketbase);
  ben = await dashboardClient(worker, 'Ben', pocketbase);
});
afterAll(async () => {
  await worker.stop();
  await pocketbase.stop();
});

/** A profile with a front side, submitted. */
async function submitted(overrides = {}): Promise<string> {
  const { id } = await api(worker).created(overrides);
  await api(worker).upload(id, 'document_front', PNG, { 'content-type': 'image/png' });
  await api(worker).decide(id, { status: 'pending' });
  return id;
}

type Hidden = Record<string, string>;

/** The hidden fields of the decision's form, as a browser reads them. */
async function open(client: DashboardClient, id: string): Promise<Hidden> {
  const html = await (await client.get(`/dashboard/profiles/${id}`)).text();
  const form = /<form[^>]*\/decision"[^>]*>.*?<\/form>/s.exec(html)?.[0] ?? '';
  const fields = form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]));
}

describe('pages', () => {
  it('allow nothing from elsewhere and nothing inline', async () => {
    const id = await submitted();
    for (const path of ['/dashboard/login', '/dashboard', `/dashboard/profiles/${id}`, '/dashboard/metrics']) {
      const response = await anna.get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(response.headers.get('referrer-policy')).toBe('same-origin');
      const html = await response.text();
      expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?! type="module" src="\/assets\/)/);
      expect([...html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map((match) => match[1])).toEqual(
        expect.not.arrayContaining([expect.stringMatching(/^(https?:)?\/\//)]),
      );
    }
  });

  it.each([`/dashboard/profiles/${UNKNOWN_ID}`, '/dashboard/profiles/mistyped', '/dashboard/nothing', '/dashboard/'])(
    'explain what is not there: %s',
    async (path) => {
      const response = await anna.get(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('There is no such resource');
      expect(await problemOf(await anna.get(path, { accept: 'application/json' }))).toMatchObject({
        code: 'not_found',
      });
    },
  );

  it('answer a method that is not theirs with those that are', async () => {
    const response = await anna.post('/dashboard/metrics');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('escape what applicants and partners wrote', async () => {
    const id = await submitted({ full_name: '<script>alert(1)</script>' });
    const html = await (await anna.get(`/dashboard/profiles/${id}`)).text();
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script>alert');
  });
});

describe('deciding', () => {
  /** What the page's form would send: `opened` before now, or as it is now. */
  const decide = async (client: DashboardClient, id: string, fields: Record<string, string>, opened?: Hidden) =>
    client.post(`/dashboard/profiles/${id}/decision`, { ...(opened ?? (await open(client, id))), ...fields });

  it('is the reviewer’s own act, with reason and note', async () => {
    const id = await submitted();
    const words = { reason_code: 'photo_unclear', reason: 'Too dark.', note: 'Second time.' };
    const response = await decide(anna, id, { status: 'resubmission_requested', ...words });
    const { latest_status } = await api(worker).read(id);
    const done = `/dashboard/profiles/${id}?done=${latest_status.id}`;
    expect([response.status, response.headers.get('location')]).toEqual([303, done]);
    expect(await (await anna.get(done)).text()).toContain('The decision is recorded.');
    expect(await (await ben.get(done)).text()).not.toContain('The decision is recorded.');
    expect(latest_status).toMatchObject({
      to: 'resubmission_requested',
      ...words,
      actor_type: 'reviewer',
      actor_id: anna.reviewer.id,
    });
  });

  it('asks for what is missing, and keeps what was written', async () => {
    const id = await submitted();
    const response = await decide(anna, id, { status: 'rejected', note: 'Kept <words>' });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('Choose a reason');
    expect(html).toContain('Kept &lt;words&gt;');
    expect(await (await decide(anna, id, { note: 'x' })).text()).toContain('Choose a decision');
    expect((await api(worker).read(id)).status).toBe('pending');
  });

  it('on what has changed meanwhile is not recorded, and says what happened', async () => {
    const id = await submitted();
    const opened = await open(ben, id);
    await decide(anna, id, { status: 'rejected', reason_code: 'face_mismatch', reason: 'Somebody else.' });
    const response = await decide(ben, id, { status: 'approved', note: 'Looked fine' }, opened);
    expect(response.status).toBe(409);
    const html = await response.text();
    expect(html).toContain('Not recorded.');
    expect(html).toMatch(/Rejected by Anna, .*Face mismatch.*Somebody else\./s);
    expect(html).toContain('Looked fine');
    expect((await api(worker).read(id)).status).toBe('rejected');
  });

  it('on evidence that has changed meanwhile is not recorded, and names what has changed', async () => {
    const id = await submitted();
    const opened = await open(anna, id);
    await api(worker).upload(id, 'document_front', PDF, { 'content-type': 'application/pdf' });
    await api(worker).patch(`/api/profiles/${id}`, { full_name: 'Somebody Else' });
    const response = await decide(anna, id, { status: 'approved', note: 'Looked fine' }, opened);
    expect(response.status).toBe(409);
    const html = await response.text();
    expect(html).toMatch(/Not recorded\..*<ul><li>Full name<\/li><li>Document, front<\/li><\/ul>/s);
    expect(html).toContain('Looked fine');
    expect(await open(anna, id)).not.toEqual(opened);
    expect((await decide(anna, id, { status: 'approved' })).status).toBe(303);
  });

  it('waits for another reviewer’s claim, which the page names', async () => {
    const id = await submitted();
    expect((await anna.post(`/dashboard/profiles/${id}/claim`)).status).toBe(303);
    expect(await (await ben.get(`/dashboard/profiles/${id}`)).text()).toMatch(
      /Taken by Anna.*Anna has claimed this profile/s,
    );
    const refused = await decide(ben, id, { status: 'approved' });
    expect(refused.status).toBe(409);
    expect(await refused.text()).toMatch(/Not recorded\..*Anna has claimed this/s);
    await anna.post(`/dashboard/profiles/${id}/release`);
    expect((await decide(ben, id, { status: 'approved' })).status).toBe(303);
  });
});

describe('POST /dashboard/next', () => {
  it('claims and opens what has waited longest, of the partner asked for, and leads back when nothing waits', async () => {
    const { service } = await connect(pocketbase);
    const partner = `next-${randomUUID().slice(0, 8)}`;
    const anothers = await enrol(service, { partner: `${partner}-2` });
    const ids = [await enrol(service, { partner }), await enrol(service, { partner })];
    for (const id of [anothers, ...ids]) await decide(service, id, 'pending');
    const next = async () => {
      const { status, headers } = await anna.post('/dashboard/next', { partner });
      return [status, headers.get('location')];
    };
    for (const id of ids) expect(await next()).toEqual([303, `/dashboard/profiles/${id}`]);
    expect(await (await ben.get(`/dashboard/profiles/${ids[1]}`)).text()).toContain('Taken by Anna');
    expect(await next()).toEqual([303, '/dashboard']);
    const refused = await anna.post('/dashboard/next', { partner, csrf: '' });
    expect(refused.status).toBe(403);
    const page = await (await anna.get(`/dashboard?partner=${partner}`)).text();
    expect(page).toMatch(
      new RegExp(`action="/dashboard/next">.*name="partner" value="${partner}".*data-key="\\."`, 's'),
    );
  });
});

describe('a long history', () => {
  it('is shown from its end, and the page says that it is not all', { timeout: 120_000 }, async () => {
    const id = await submitted();
    const { service } = await connect(pocketbase);
    for (let count = 1; count <= 501; count++) {
      await service('POST', `/api/edge/profiles/${id}/notes`, { text: `Note no. ${count}.` });
    }
    const html = await (await anna.get(`/dashboard/profiles/${id}`)).text();
    expect(html.match(/Note no\. \d+\./g)?.slice(0, 2)).toEqual(['Note no. 501.', 'Note no. 500.']);
    expect(html).toContain('Note no. 2.');
    expect(html).not.toContain('Note no. 1.');
    expect(html.match(/Earlier \w+ are left out/g)).toEqual(['Earlier notes are left out']);
  });
});

describe('GET /dashboard/profiles/:id/documents/:kind', () => {
  it('streams as the API does, by Range too, and never lets a PDF open', async () => {
    const id = await submitted();
    const path = `/dashboard/profiles/${id}/documents`;
    const whole = await anna.get(`${path}/document_front`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(PNG)).toBe(true);
    expect(whole.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    const part = await anna.get(`${path}/document_front`, { range: 'bytes=2-5' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-5/${PNG.length}`]);
    await api(worker).upload(id, 'proof_of_address', PDF, { 'content-type': 'application/pdf' });
    const pdf = await anna.get(`${path}/proof_of_address`);
    expect(pdf.headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await anna.get(`${path}/facial_video`)).status).toBe(404);
  });
});

describe('GET /dashboard/events', () => {
  it('tells ids and nothing else', async () => {
    const id = await submitted({ full_name: 'Very Personal' });
    const abort = new AbortController();
    const response = await fetch(new URL('/dashboard/events', worker.origin), {
      headers: { cookie: anna.cookie, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += Buffer.from((await reader.read()).value ?? []).toString();
    };
    await until(/event: ready/);
    await anna.post(`/dashboard/profiles/${id}/claim`);
    await api(worker).decide(id, { status: 'in_review' });
    await anna.post(`/dashboard/profiles/${id}/notes`, { text: 'Very private' });
    await until(/event: change\ndata: /);
    abort.abort();
    const events = [...text.matchAll(/^event: change\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''));
    expect(events).toContainEqual({ id });
    expect(new Set(events.flatMap(Object.keys))).toEqual(new Set(['id']));
    expect(text).not.toMatch(/Personal|private/);
  });
});
