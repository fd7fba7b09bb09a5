import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { api, json, PNG, reviewer, type TestReviewer } from '../support/api.ts';
import { type DashboardClient, dashboardClient, form } from '../support/browser/dashboard.ts';
import { heldCheck, runnerKey } from '../support/checks.ts';
import { issueKey } from '../support/keys.ts';
import { CONSENT, makeLevel } from '../support/levels.ts';
import type { BareWorker } from './target.ts';

/** People get pages. */
export const JSON_PLEASE = { accept: 'application/json' };
export const WEBHOOK = { url: 'https://hooks.example.com/', enabled: false };
export const newSlug = () => `p-${randomUUID().slice(0, 13)}`;

export type Scene = ReturnType<typeof makeScene>;

/** Makes the records that a request needs, new ones for each request. */
export function makeScene(worker: BareWorker, pocketbase = inject('pocketbase')) {
  const partner = api(worker);
  const operator = api(worker, worker.keys.internal);
  let shared: Promise<{ id: string; delivery: string }> | undefined;
  let uses = 0;
  let session: Promise<DashboardClient> | undefined;
  let account: Promise<TestReviewer> | undefined;
  const scene = {
    profile: () => partner.created(),
    level: () => makeLevel(worker),
    /** A profile whose level asks consent. */
    async asked() {
      const { name } = await makeLevel(worker, { consent: CONSENT });
      return partner.created({ level: name });
    },
    async documented() {
      const profile = await partner.created();
      for (const kind of ['document_front', 'facial_photo']) {
        await partner.upload(profile.id, kind, PNG, { 'content-type': 'image/png' });
      }
      return profile;
    },
    origin: () => worker.origin(),
    /** Whose token no isolate has seen: PocketBase is asked about it. */
    unknownReviewer: async () => (await reviewer('Reviewer', pocketbase)).authorization,
    reviewer: () => {
      account ??= reviewer('Reviewer', pocketbase);
      return account;
    },
    /** As a page's script would send it, from one session for all. */
    async atDesk(method: string, fields: Record<string, string> = {}): Promise<RequestInit> {
      session ??= dashboardClient({ ...worker, origin: worker.origin() }, 'Reviewer', pocketbase);
      const { cookie, csrf } = await session;
      const headers = { ...JSON_PLEASE, cookie, origin: worker.origin() };
      return method === 'GET' ? { headers } : form({ csrf, ...fields }, headers);
    },
    /** A logout, from a session of its own, as it ends all that its reviewer has. */
    async leaving(): Promise<RequestInit> {
      const { cookie, csrf } = await dashboardClient({ ...worker, origin: worker.origin() }, 'Reviewer', pocketbase);
      return form({ csrf }, { ...JSON_PLEASE, cookie, origin: worker.origin() });
    },
    key: () => issueKey(worker),
    /** A check, and the key of the runner that holds it. */
    async check(type?: string) {
      const { key } = await runnerKey(worker);
      const headers = { 'x-api-key': key };
      return { id: await heldCheck(worker, { ...headers, 'x-partner': await scene.partner() }, type), headers };
    },
    /** A partner has no more than 20 webhooks, so each webhook gets a partner of its own. */
    async partner(): Promise<string> {
      const slug = newSlug();
      await operator.post('/api/partners', { slug, name: 'x' });
      return slug;
    },
    async webhook(fields: object = {}): Promise<{ id: string }> {
      const headers = { 'x-api-key': worker.keys.internal, 'x-partner': await scene.partner() };
      const response = await worker.fetch('/api/webhooks', json({ ...WEBHOOK, ...fields }, headers));
      return (await response.json()) as { id: string };
    },
    /** An enabled endpoint: it wants no event, and its one delivery reaches nobody. A few requests share it, as ten tests a minute are its limit. */
    tested() {
      if (uses++ % 4 === 0) shared = undefined;
      shared ??= (async () => {
        const { id } = await scene.webhook({
          url: 'http://127.0.0.1:9/hook',
          events: ['profile.redacted'],
          enabled: true,
        });
        await operator.post(`/api/webhooks/${id}/test`, {});
        const answer = await operator.get(`/api/webhooks/${id}/deliveries`);
        const [delivery] = ((await answer.json()) as { items: { id: string }[] }).items;
        return { id, delivery: delivery?.id ?? '' };
      })();
      return shared;
    },
    async event(): Promise<string> {
      await partner.created();
      const answer = await partner.get('/api/events?limit=1');
      return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id ?? '';
    },
  };
  return scene;
}
