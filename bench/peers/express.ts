/**
 * The service of the same purpose on Node: Express 5, the PocketBase SDK, multer and zod, in one process, as one would write it well.
 * Like the edge product: keys are compared as SHA-256 digests, bodies are judged by the very same zod schema, the service token
 * stays in memory, connections to PocketBase are kept alive, one line is logged per authentication, a partner sees only its own.
 * Unlike it: no applicant token is signed, no rate is limited, what PocketBase answers is not parsed by a schema, uploads are not hashed, and a
 * profile lists no documents.
 *
 * It asks PocketBase in one of two ways, and both are measured:
 * - as the concept says: a profile and its newest history entry are two reads (at once, not one after the other); a create first
 *   checks for the same applicant (by the indexed digest, which is computed here) and then inserts. An account that may insert is a
 *   superuser here, which spares PocketBase the rules.
 * - `fewest`: the routes that were made for the edge product, one call each. What is left of the difference is the runtime.
 * Documents go by these routes in both ways: they are records of their own, which no records API writes.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import multer from 'multer';
import { ClientResponseError, type RecordModel } from 'pocketbase';
import { DOCUMENT_KINDS } from '../../src/schemas/document.ts';
import { CreateProfileBody, ProfileSummary } from '../../src/schemas/profile.ts';
import { ChangeStatusBody } from '../../src/schemas/status.ts';
import { connect, type StoreOptions } from './express-store.ts';

export interface ExpressOptions extends StoreOptions {
  partner: string;
  key: string;
  internalKey: string;
  uploads: string;
  frontend: string;
}

const options = JSON.parse(process.env.OPTIONS ?? '') as ExpressOptions;
const store = await connect(options);
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const keys = [
  { partner: options.partner as string | null, digest: sha256(options.key) },
  { partner: null, digest: sha256(options.internalKey) },
];
const FIELDS = Object.keys(ProfileSummary.shape).join();

class Refusal extends Error {
  readonly status: number;
  readonly errors: unknown;
  constructor(status: number, code: string, errors?: unknown) {
    super(code);
    this.status = status;
    this.errors = errors;
  }
}

const authenticate: RequestHandler = async (request, response, next) => {
  const digest = sha256(request.get('x-api-key') ?? '');
  const [key] = keys.filter((known) => timingSafeEqual(known.digest, digest));
  console.log(JSON.stringify({ event: 'authentication', outcome: key ? 'accepted' : 'refused' }));
  if (!key) throw new Refusal(401, 'unauthenticated');
  response.locals.partner = key.partner;
  await store.ensureToken();
  next();
};

const present = (profile: RecordModel, latest: RecordModel) => ({
  ...Object.fromEntries(Object.keys(ProfileSummary.shape).map((name) => [name, profile[name] || null])),
  latest_status: latest,
  documents: Object.fromEntries(DOCUMENT_KINDS.map((kind) => [kind, profile[`${kind}_meta`] ?? null])),
});

const app = express().disable('x-powered-by').set('etag', false);
const json = express.json({ limit: '64kb' });
const files = multer({ dest: options.uploads, limits: { fileSize: 90_000_000 } }).fields(
  DOCUMENT_KINDS.map((name) => ({ name, maxCount: 1 })),
);
app.use('/api', authenticate);

app.post('/api/profiles/create', json, async (request, response) => {
  const body = CreateProfileBody.safeParse(request.body);
  if (!body.success) throw new Refusal(422, 'validation_failed', body.error.issues);
  const known = await store.create(response.locals.partner ?? options.partner, body.data);
  response.status(known.created ? 201 : 200).json({
    id: known.id,
    status: known.status,
    created: known.created,
    redirect_url: `${options.frontend}/${known.id}`,
  });
});

app.get('/api/profiles', async (request, response) => {
  const limit = Math.min(Number(request.query.limit) || 20, 100);
  const { items } = await store.list(response.locals.partner ?? options.partner, limit, FIELDS);
  response.json({ items });
});

app.get('/api/profiles/:id', async (request, response) => {
  const { profile, latest } = await store.find(request.params.id);
  if (response.locals.partner && response.locals.partner !== profile.partner) throw new Refusal(404, 'not_found');
  response.json(present(profile, latest));
});

app.post('/api/status_history/:id', json, async (request, response) => {
  const body = ChangeStatusBody.safeParse(request.body);
  if (!body.success) throw new Refusal(422, 'validation_failed', body.error.issues);
  response.status(201).json(await store.changeStatus(request.params.id as string, body.data.status));
});

/** By way of the disk, as a file in memory would be held several times over; the SDK's form reads it from there in pieces. */
app.patch('/api/profiles/:id', files, async (request, response) => {
  const uploaded = Object.values((request.files ?? {}) as Record<string, Express.Multer.File[]>).flat();
  try {
    const documents: Record<string, File> = {};
    for (const { path, fieldname, originalname, mimetype } of uploaded) {
      documents[fieldname] = new File([await openAsBlob(path)], originalname, { type: mimetype });
    }
    const { id, status } = await store.update(request.params.id as string, { ...request.body }, documents);
    response.json({ id, status });
  } finally {
    await Promise.all(uploaded.map(({ path }) => rm(path, { force: true })));
  }
});

app.get('/api/profiles/:id/documents/:kind', async (request, response) => {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const file = await store.download(request.params.id, request.params.kind, gone.signal);
  response.status(file.status).set({ 'content-type': file.headers.get('content-type') ?? '' });
  response.set({ 'content-length': file.headers.get('content-length') ?? '' });
  await pipeline(Readable.fromWeb(file.body as unknown as WebStream), response);
});

const refuse: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error instanceof Refusal || error instanceof ClientResponseError ? error.status || 503 : 500;
  console.error(JSON.stringify({ event: 'failure', status }));
  const code = error instanceof Refusal ? error.message : 'failed';
  response.status(status).type('application/problem+json').json({ status, code, errors: error.errors });
};
app.use(refuse);

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
