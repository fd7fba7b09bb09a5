import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Job {
  submitted: number;
  asked: number;
  erased: boolean;
  form: string;
  answer: object;
}

/** A vendor's server that answers when the test says so. */
export class StubVendor {
  readonly jobs = new Map<string, Job>();
  key = 'vendor-key';
  url = '';
  status: number | null = null;
  readonly #server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1');
    const [status, answer] = this.#answer(request, body);
    response.writeHead(status).end(JSON.stringify(answer));
  });

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  finish(id: string, findings: object[] = [], more: object = {}): void {
    (this.jobs.get(id) as Job).answer = { status: 'done', findings, ...more };
  }

  #answer({ method, url, headers }: IncomingMessage, form: string): [number, object] {
    const id = /^\/checks\/(\w+)$/.exec(url ?? '')?.[1] ?? '';
    if (headers.authorization !== `Bearer ${this.key}`) return [401, {}];
    if (this.status) return [this.status, {}];
    const job = this.jobs.get(id) ?? { submitted: 0, asked: 0, erased: false, form: '', answer: { status: 'pending' } };
    if (method === 'PUT') this.jobs.set(id, { ...job, form, submitted: job.submitted + 1 });
    if (method === 'GET') job.asked++;
    if (method === 'DELETE') job.erased = true;
    return method === 'PUT' ? [201, {}] : this.jobs.has(id) ? [200, job.answer] : [404, {}];
  }
}
