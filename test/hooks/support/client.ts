import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { PocketBaseInfo } from '../../support/pocketbase.ts';
import type { Body } from './answers.ts';

export interface Answer<Body> {
  status: number;
  body: Body;
  /** What `x-deliveries` names. */
  deliveries: string[];
}

export type Request = <Method extends string, Path extends string>(
  method: Method,
  path: Path,
  body?: object | undefined,
  headers?: Record<string, string>,
) => Promise<Answer<Body<Method, Path>>>;

const tokens = new Map<string, Promise<string>>();

/** PocketBase as the service account sees it (of all partners, unless a header says otherwise), a superuser, and a guest. */
export async function connect(pb: PocketBaseInfo = inject('pocketbase')) {
  const as =
    (defaults: Record<string, string>): Request =>
    async (method, path, body, headers = {}) => {
      const isForm = body instanceof FormData;
      const response = await fetch(pb.url + path, {
        method,
        headers: { ...defaults, ...(body && !isForm && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
      });
      const deliveries = response.headers.get('x-deliveries')?.split(',') ?? [];
      return { status: response.status, body: JSON.parse((await response.text()) || 'null'), deliveries };
    };
  const guest = as({});
  const login = async (collection: string, account: { email: string; password: string }) => {
    const credentials = { identity: account.email, password: account.password };
    const answer = await guest('POST', `/api/collections/${collection}/auth-with-password`, credentials);
    return answer.body.token;
  };
  /** Logs in once, as checking a password is dear. */
  const tokenOf = (collection: string, account: { email: string; password: string }) => {
    const key = pb.url + account.password;
    const token = tokens.get(key) ?? login(collection, account);
    tokens.set(key, token);
    return token;
  };
  const serviceToken = await tokenOf('services', pb.service);
  return {
    guest,
    as,
    login,
    serviceToken,
    service: as({ authorization: serviceToken, 'x-partner': '*' }),
    root: as({ authorization: await tokenOf('_superusers', pb.superuser) }),
  };
}

export const applicant = (fields: Record<string, unknown> = {}) => ({
  partner: 'acme',
  full_name: 'Nguyễn Thị Ánh',
  country: 'VN',
  document_type: 'passport',
  document_number: randomUUID(),
  ...fields,
});

export const enrol = async (service: Request, fields: Record<string, unknown> = {}) =>
  (await service('POST', '/api/edge/profiles', applicant(fields))).body.id;

export const profilePath = (id: string) => `/api/collections/profiles/records/${id}` as const;

/** By the Worker's route: PocketBase's own is a superuser's. */
export const patch = (service: Request, id: string, fields: object, headers = {}) =>
  service('PATCH', `/api/edge/profiles/${id}`, fields, headers);

/** A form of documents and fields. */
export const send = (service: Request, id: string, form: FormData, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/form`, form, headers);

/** A form of one document. */
export const upload = (service: Request, id: string, form: FormData, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/documents`, form, headers);

export const remove = (service: Request, id: string, kind: string, headers = {}) =>
  service('DELETE', `/api/edge/profiles/${id}/documents/${kind}`, undefined, headers);

/** All versions, the oldest first. */
export const documentsOf = async (service: Request, id: string) =>
  (await service('GET', `/api/collections/documents/records?sort=@rowid&perPage=500&filter=profile='${id}'`)).body
    .items;

export const submit = (service: Request, id: string, headers = {}, body?: object) =>
  service('POST', `/api/edge/profiles/${id}/submit`, body, headers);

/** The newest version of a level for passports alone, unless the fields say otherwise. */
export const makeLevel = async (service: Request, fields: Record<string, unknown> = {}) =>
  (
    await service('POST', '/api/edge/levels', {
      partner: 'acme',
      name: `level-${randomUUID().slice(0, 8)}`,
      required: { passport: ['document_front'] },
      ...fields,
    })
  ).body;

export const asPartner = { 'x-actor-type': 'partner', 'x-actor-id': 'key1' };

export const asReviewer = (id = 'anna') => ({ 'x-actor-type': 'reviewer', 'x-actor-id': id, 'x-request-id': 'req-5' });

export const asApplicant = (id: string, issuedAt = Date.now()) => ({
  'x-actor-type': 'applicant',
  'x-actor-id': id,
  'x-link-iat': String(issuedAt / 1000),
});

export const decide = (service: Request, id: string, to: string, extras: object = {}, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/status`, { to, ...extras }, headers);

/** A reviewer's decision on the evidence of a version: the first, unless another is named. */
export const review = (service: Request, id: string, to: string, extras: object = {}, reviewer = 'anna') =>
  decide(service, id, to, { expected_evidence: 1, ...extras }, asReviewer(reviewer));

export const redact = (service: Request, id: string, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/redact`, {}, headers);

export const auditOf = async (service: Request, filter: string) =>
  (await service('GET', `/api/collections/audit_log/records?sort=seq&perPage=500&filter=${encodeURIComponent(filter)}`))
    .body.items;

export const historyOf = async (service: Request, id: string) =>
  (await service('GET', `/api/collections/status_history/records?sort=seq&filter=profile='${id}'`)).body.items;
