/** The API of checks as far as a runner sees it, with leases of its own length and faults on demand. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CheckResultBody,
  type CheckType,
  ClaimChecksBody,
  HeartbeatBody,
  ReleaseBody,
} from '../../../src/schemas/check.ts';

export interface StubCheck {
  id: string;
  type: CheckType;
  profile: string;
  state: 'queued' | 'leased' | 'waiting' | 'completed' | 'gone';
  attempt: number;
  lockedUntil: number;
  externalRef: string | null;
  created: number;
  documents: Record<string, Buffer>;
  photoReuse: boolean;
  results: CheckResultBody[];
}

type Fault = (request: { method: string; path: string; check: StubCheck | undefined }) => number | null | Promise<null>;

const DECLARED = {
  full_name: 'Ada Example',
  country: 'GB',
  document_type: 'passport',
  document_number: 'X1234567',
  date_of_birth: '1990-04-30',
};
const idOf = (count: number) => `check${String(count).padStart(10, '0')}`;

export class StubApi {
  readonly checks: StubCheck[] = [];
  readonly requests: string[] = [];
  key = 'ek_live_of_the_runner';
  url = '';
  leaseMs = 60_000;
  /** A status in place of the answer; 0 cuts the connection. */
  fault: Fault = () => null;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

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

  add(type: CheckType, documents: Record<string, Buffer> = {}, more: Partial<StubCheck> = {}): StubCheck {
    const check: StubCheck = {
      id: idOf(this.checks.length),
      type,
      profile: idOf(0),
      state: 'queued',
      attempt: 0,
      lockedUntil: 0,
      externalRef: null,
      created: Date.now(),
      documents,
      photoReuse: false,
      results: [],
      ...more,
    };
    this.checks.push(check);
    return check;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const [, id, action, kind] = /^\/api\/checks\/(?:claim|(\w+)\/(\w+)(?:\/(\w+))?)$/.exec(path) ?? [];
    const check = this.checks.find((one) => one.id === id);
    this.requests.push(`${method} ${path}`);
    const chunks: Buffer[] = await request.toArray();
    const fault = request.headers['x-api-key'] === this.key ? await this.fault({ method, path, check }) : 401;
    if (fault === 0) return void request.socket.destroy();
    if (fault !== null) return void response.writeHead(fault).end();
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    if (path === '/api/checks/claim') return this.#claim(ClaimChecksBody.parse(body), response);
    if (!check) return void response.writeHead(404).end();
    if (check.state === 'gone') return void response.writeHead(410).end();
    if (action === 'documents') return void response.end(check.documents[kind as string]);
    if (action === 'result' && this.#isRepeated(check, body)) return void response.end('{}');
    if (body.attempt !== check.attempt || check.state !== 'leased') return void response.writeHead(409).end();
    this.#act(check, action as string, body);
    response.end('{}');
  }

  #claim({ types, limit }: ClaimChecksBody, response: ServerResponse): void {
    const now = Date.now();
    for (const check of this.checks) if (check.state === 'leased' && check.lockedUntil <= now) check.state = 'queued';
    const due = this.checks.filter(({ state, type }) => state === 'queued' && types.includes(type)).slice(0, limit);
    if (due.length === 0) return void response.writeHead(204).end();
    for (const check of due)
      Object.assign(check, { state: 'leased', attempt: check.attempt + 1, lockedUntil: now + this.leaseMs });
    response.end(JSON.stringify({ items: due.map(claimed) }));
  }

  #isRepeated({ state, results, attempt }: StubCheck, body: { attempt: number }): boolean {
    return (
      state === 'completed' &&
      body.attempt === attempt &&
      JSON.stringify(results.at(-1)) === JSON.stringify(CheckResultBody.parse(body))
    );
  }

  #act(check: StubCheck, action: string, body: unknown): void {
    if (action === 'heartbeat') HeartbeatBody.parse(body);
    if (action === 'heartbeat') check.lockedUntil = Date.now() + this.leaseMs;
    if (action === 'result') check.results.push(CheckResultBody.parse(body));
    if (action === 'result') check.state = 'completed';
    if (action !== 'release') return;
    const { external_ref } = ReleaseBody.parse(body);
    check.state = external_ref ? 'waiting' : 'queued';
    if (external_ref) check.externalRef = external_ref;
  }
}

function claimed({ id, type, profile, attempt, lockedUntil, externalRef, created, documents, photoReuse }: StubCheck) {
  return {
    id,
    type,
    profile,
    partner: 'demo',
    attempt,
    locked_until: new Date(lockedUntil).toISOString(),
    evidence_version: 1,
    external_ref: externalRef,
    created: new Date(created).toISOString(),
    declared: DECLARED,
    documents: Object.entries(documents).map(([kind, file]) => ({
      kind,
      version: 1,
      content_type: 'image/jpeg',
      size: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
    })),
    level: { name: 'default', version: 1, min_age: 18, photo_reuse: photoReuse },
  };
}
