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

export const decide = (service: Request, id: string, to: string, extras: object = {}, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/status`, { to, ...extras }, headers);

export const redact = (service: Request, id: string, headers = {}) =>
  service('POST', `/api/edge/profiles/${id}/redact`, {}, headers);

export const auditOf = async (service: Request, filter: string) =>
  (await service('GET', `/api/collections/audit_log/records?sort=seq&perPage=500&filter=${encodeURIComponent(filter)}`))
    .body.items;

export const historyOf = async (service: Request, id: string) =>
  (await service('GET', `/api/collections/status_history/records?sort=seq&filter=profile='${id}'`)).body.items;
