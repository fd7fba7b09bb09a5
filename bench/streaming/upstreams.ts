import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startPocketBase } from '../../test/support/pocketbase.ts';

/** Where the uploads go. `TOKEN` is what the Worker authenticates with. */
export interface Upstream {
  bindings: { UPSTREAM: string; TOKEN: string };
  stop(): Promise<void>;
}

/** Reads and discards: the fastest that an upstream can be, so the whole cost of the Worker shows. */
export async function startSink(): Promise<Upstream> {
  const sink = fork(join(import.meta.dirname, 'sink.ts'));
  const [port] = await once(sink, 'message');
  return {
    bindings: { UPSTREAM: `http://127.0.0.1:${port}/`, TOKEN: 'none' },
    async stop() {
      sink.disconnect();
      await once(sink, 'exit');
    },
  };
}

async function post<T>(url: string, body: object, headers = {}): Promise<T> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The product's PocketBase with one profile, which takes one video after the other. */
export async function startProfile(): Promise<Upstream> {
  const { url, service, stop } = await startPocketBase();
  const login = { identity: service.email, password: service.password };
  const { token } = await post<{ token: string }>(`${url}/api/collections/services/auth-with-password`, login);
  const applicant = { full_name: 'Minh', country: 'VN', document_type: 'passport', document_number: 'C1234567' };
  const headers = { authorization: token, 'x-partner': '*', 'x-actor-type': 'service', 'x-actor-id': 'bench' };
  const { id } = await post<{ id: string }>(`${url}/api/edge/profiles`, { partner: 'bench', ...applicant }, headers);
  return { bindings: { UPSTREAM: `${url}/api/collections/profiles/records/${id}`, TOKEN: token }, stop };
}
