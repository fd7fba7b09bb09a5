import { form } from '../support/browser/dashboard.ts';
import { JSON_PLEASE, type Scene } from './scene.ts';

export type Sent = [path: string, init: RequestInit];

export interface Row {
  /** Makes what the request needs, and the request: it can be sent more than once. */
  prepare(scene: Scene): Promise<Sent> | Sent;
  /** What a repeat is answered when PocketBase has acted before, and the answer was lost. */
  again?: number;
}

/** One row for each route of the dashboard, see `routes.ts`. */
export const DASHBOARD: Record<string, Row> = {
  'GET /dashboard/login': { prepare: () => ['/dashboard/login', {}] },
  'POST /dashboard/login': {
    prepare: async (scene) => {
      const { email, password } = await scene.reviewer();
      return ['/dashboard/login', form({ email, password }, { ...JSON_PLEASE, origin: scene.origin() })];
    },
  },
  ...Object.fromEntries(
    [
      ['GET', ''],
      ['GET', '/metrics'],
      ['GET', '/session'],
      ['POST', '/next'],
    ].map(([method = '', path = '']) => [
      `${method} /dashboard${path}`,
      { prepare: async (scene: Scene): Promise<Sent> => [`/dashboard${path}`, await scene.atDesk(method)] },
    ]),
  ),
  'POST /dashboard/logout': { prepare: async (scene) => ['/dashboard/logout', await scene.leaving()], again: 401 },
  'GET /dashboard/profiles/:id': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.documented()).id}`, await scene.atDesk('GET')],
  },
  'GET /dashboard/:form': { prepare: async (scene) => ['/dashboard/next', await scene.atDesk('GET')] },
  'GET /dashboard/profiles/:id/:form': {
    prepare: async (scene) => ['/dashboard/profiles/aaaaaaaaaaaaaaa/claim', await scene.atDesk('GET')],
  },
  'GET /dashboard/profiles/:id/documents/:kind': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.documented()).id}/documents/document_front`,
      await scene.atDesk('GET'),
    ],
  },
  'POST /dashboard/profiles/:id/claim': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.profile()).id}/claim`, await scene.atDesk('POST')],
  },
  'POST /dashboard/profiles/:id/release': {
    prepare: async (scene) => [`/dashboard/profiles/${(await scene.profile()).id}/release`, await scene.atDesk('POST')],
  },
  'POST /dashboard/profiles/:id/notes': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.profile()).id}/notes`,
      await scene.atDesk('POST', { text: 'x' }),
    ],
  },
  'POST /dashboard/profiles/:id/decision': {
    prepare: async (scene) => [
      `/dashboard/profiles/${(await scene.profile()).id}/decision`,
      await scene.atDesk('POST', { status: 'approved', expected_status: 'unverified', expected_evidence: '1' }),
    ],
    again: 409,
  },
};
