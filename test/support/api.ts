import { randomBytes, randomUUID } from 'node:crypto';
import PocketBase from 'pocketbase';
import { inject } from 'vitest';
import type { Problem } from '../../src/schemas/problem.ts';
import type { CreatedProfile, Profile } from '../../src/schemas/profile.ts';
import { DEPLOYED_URL, onlyHere } from './deployed.ts';
import { watchForLeaks } from './leaks.ts';
import type { PocketBaseInfo } from './pocketbase.ts';
import type { TestWorker } from './worker.ts';

/** An id that has the right form and belongs to nothing. */
export const UNKNOWN_ID = 'zzzzzzzzzzzzzzz';

/** A made-up applicant with a document of their own, so that tests never recognise each other's. */
export function applicantData(overrides: Record<string, unknown> = {}) {
  const data = {
    full_name: 'Nguyễn Thị Minh',
    country: 'VN',
    document_type: 'passport',
    document_number: `C${randomBytes(6).toString('hex')}`,
    ...overrides,
  };
  watchForLeaks(data.full_name, data.document_number);
  return data;
}

export function json(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}

/** The calls that most tests make, in one partner's name. */
export function api(worker: Pick<TestWorker, 'fetch' | 'keys'>, key = worker.keys.acme) {
  const headers = { 'x-api-key': key };
  const internal = () => ({ 'x-api-key': worker.keys.internal });
  return {
    get: (path: string) => worker.fetch(path, { headers }),
    post: (path: string, body: unknown) => worker.fetch(path, json(body, headers)),
    patch: (path: string, body: unknown) => worker.fetch(path, { ...json(body, internal()), method: 'PATCH' }),
    create: (overrides: Record<string, unknown> = {}) =>
      worker.fetch('/api/profiles/create', json(applicantData(overrides), headers)),
    async created(overrides: Record<string, unknown> = {}): Promise<CreatedProfile & { token: string }> {
      const response = await this.create(overrides);
      const profile = (await response.json()) as CreatedProfile;
      if (!profile.id) throw new Error(`Not created: ${JSON.stringify(profile)}`);
      return { ...profile, token: tokenOf(profile.redirect_url) };
    },
    async read(id: string): Promise<Profile> {
      return (await (
        await worker.fetch(`/api/profiles/${id}`, { headers: DEPLOYED_URL ? headers : internal() })
      ).json()) as Profile;
    },
    decide: (id: string, body: Record<string, unknown>) =>
      worker.fetch(`/api/status_history/${id}`, json(body, internal())),
    upload: (id: string, kind: string, body: BodyInit, more: Record<string, string> = {}) =>
      worker.fetch(`/api/profiles/${id}/documents/${kind}`, { method: 'PUT', body, headers: { ...headers, ...more } }),
  };
}

export function tokenOf(redirectUrl: string | null): string {
  return new URL(redirectUrl ?? 'none:').hash.replace('#token=', '');
}

export const ownPocketBase = () => onlyHere('the PocketBase behind it', () => inject('pocketbase'));

const superusers = new Map<string, Promise<PocketBase>>();

/** Logged in once, as checking a password is dear. */
export function superuser({ url, superuser }: PocketBaseInfo = ownPocketBase()): Promise<PocketBase> {
  const logIn = async () => {
    const pb = new PocketBase(url);
    pb.autoCancellation(false);
    await pb.collection('_superusers').authWithPassword(superuser.email, superuser.password);
    return pb;
  };
  // Another PocketBase may have this port by now, but not this password.
  const client = superusers.get(url + superuser.password) ?? logIn();
  superusers.set(url + superuser.password, client);
  return client;
}

export interface TestReviewer {
  id: string;
  token: string;
  authorization: { authorization: string };
  email: string;
  password: string;
}

/** A reviewer who has logged in at PocketBase. */
export async function reviewer(name = 'Reviewer', pocketbase = ownPocketBase()): Promise<TestReviewer> {
  const email = `${randomUUID()}@reviewers.example`;
  const password = randomUUID();
  const admin = await superuser(pocketbase);
  await admin.collection('reviewers').create({ email, password, passwordConfirm: password, name, active: true });
  const pb = new PocketBase(pocketbase.url);
  const { token, record } = await pb.collection('reviewers').authWithPassword(email, password);
  watchForLeaks(password, token);
  return { id: record.id, token, authorization: { authorization: `Bearer ${token}` }, email, password };
}

/** The smallest things that are what they claim to be. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);
export const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
