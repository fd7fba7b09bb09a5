import { inject } from 'vitest';
import { reviewer, type TestReviewer } from '../api.ts';
import type { TestWorker } from '../worker.ts';

type Desk = Pick<TestWorker, 'fetch' | 'origin'>;

export interface DashboardClient {
  reviewer: TestReviewer;
  cookie: string;
  csrf: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A form as the page would send it; `headers` overrules. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
}

export function form(fields: Record<string, string>, headers: Record<string, string>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields), headers };
}

export const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

export function postLogin(worker: Desk, fields: Record<string, string>, origin = worker.origin): Promise<Response> {
  return worker.fetch('/dashboard/login', form(fields, { origin, accept: 'text/html' }));
}

/** A reviewer who has logged in at the dashboard. */
export async function dashboardClient(
  worker: Desk,
  name = 'Reviewer',
  pocketbase = inject('pocketbase'),
): Promise<DashboardClient> {
  const account = await reviewer(name, pocketbase);
  const login = await postLogin(worker, { email: account.email, password: account.password });
  const cookie = cookieOf(login);
  const get = (path: string, headers: Record<string, string> = {}) =>
    worker.fetch(path, { headers: { cookie, accept: 'text/html', ...headers } });
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await get('/dashboard')).text())?.[1] ?? '';
  return {
    reviewer: account,
    cookie,
    csrf,
    get,
    post: (path, fields = {}, headers = {}) =>
      worker.fetch(path, form({ csrf, ...fields }, { cookie, accept: 'text/html', origin: worker.origin, ...headers })),
  };
}
