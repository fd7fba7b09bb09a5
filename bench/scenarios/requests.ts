/** What is asked of each peer, request for request the same work; how often per second they do it is what `run.ts` measures. */
import type { PlannedRequest } from '../lib/load.ts';
import { nameOf } from '../lib/names.ts';
import { documentNumber, PARTNER } from '../lib/seed.ts';
import { KEYS } from '../stand.ts';

export type PeerName = 'pocketbase' | 'passthrough' | 'constant' | 'hono' | 'express' | 'express-fewest' | 'edge';

export interface Scenario {
  name: string;
  title: string;
  /** Each connection walks through one lane. */
  lanes(peer: PeerName): PlannedRequest[][];
  peers: readonly PeerName[];
  expected(peer: PeerName): number[];
  /** The least that the product's rate may be, by that of a peer. */
  targets: Partial<Record<PeerName, number>>;
}

export const CONNECTIONS = 16;
const JSON_TYPE = { 'content-type': 'application/json' };
const ALL: readonly PeerName[] = ['pocketbase', 'passthrough', 'express', 'express-fewest', 'edge'];
/** The two that are asked in PocketBase's own words. */
const isDirect = (peer: PeerName) => peer === 'pocketbase' || peer === 'passthrough';

const applicant = (document_number: string) => ({
  full_name: 'Nguyễn Thị Minh',
  country: 'VN',
  document_type: 'passport',
  document_number,
  date_of_birth: '1990-04-30',
  email: 'minh@example.com',
  metadata: { tier: 'gold' },
});
const knownApplicant = (i: number) => ({ document_number: documentNumber(i), full_name: nameOf(i) });
const LIST_FIELDS =
  'id,partner,status,full_name,country,document_type,document_number,date_of_birth,email,phone,external_id,locale,metadata,created,updated';
const DECIDED = ['in_review', 'approved'] as const;

/** @param service headers of a call to PocketBase @param ids profiles of the partner */
export function requestScenarios(service: Record<string, string>, ids: readonly string[]): Scenario[] {
  const headersOf = (peer: PeerName, key = KEYS.partner) => (isDirect(peer) ? service : { 'x-api-key': key });
  const create = (peer: PeerName, fields: { document_number: string; full_name?: string }): PlannedRequest => ({
    method: 'POST',
    path: isDirect(peer) ? '/api/edge/profiles' : '/api/profiles/create',
    headers: { ...headersOf(peer), ...JSON_TYPE },
    body: JSON.stringify({
      ...applicant(fields.document_number),
      ...fields,
      ...(isDirect(peer) && { partner: PARTNER }),
    }),
  });
  const read = (peer: PeerName, id: string): PlannedRequest => ({
    method: 'GET',
    path: isDirect(peer) ? `/api/edge/profiles/${id}` : `/api/profiles/${id}`,
    headers: headersOf(peer),
  });
  const list = (peer: PeerName): PlannedRequest => {
    const filter = `partner = "${PARTNER}" && redacted_at = ""`;
    const query = { filter, fields: LIST_FIELDS, sort: '-created,-id', perPage: '101', skipTotal: '1' };
    return {
      method: 'GET',
      path: isDirect(peer)
        ? `/api/collections/profiles/records?${new URLSearchParams(query)}`
        : '/api/profiles?limit=100',
      headers: headersOf(peer),
    };
  };
  const decide = (peer: PeerName, id: string, status: string): PlannedRequest => ({
    method: 'POST',
    path: isDirect(peer) ? `/api/edge/profiles/${id}/status` : `/api/status_history/${id}`,
    headers: { ...headersOf(peer, KEYS.internal), ...(isDirect(peer) && { 'x-actor-type': 'service' }), ...JSON_TYPE },
    body: JSON.stringify(isDirect(peer) ? { to: status } : { status }),
  });
  const laneOf = (i: number) => ids.filter((_, k) => k % CONNECTIONS === i);
  const perConnection = (lane: (i: number) => PlannedRequest[]) =>
    Array.from({ length: CONNECTIONS }, (_, i) => lane(i));
  const created = (peer: PeerName) => [isDirect(peer) ? 200 : 201];
  const ok = () => [200];

  return [
    {
      name: 'read',
      title: 'Profile read',
      peers: ALL,
      lanes: (peer) => perConnection((i) => laneOf(i).map((id) => read(peer, id))),
      expected: ok,
      targets: { passthrough: 0.85, express: 2.5 },
    },
    {
      name: 'create',
      title: 'Create, new applicant',
      peers: ALL,
      lanes: (peer) => [[create(peer, { document_number: '[unique]' })]],
      expected: created,
      targets: { passthrough: 0.8, express: 1.8 },
    },
    {
      name: 'known',
      title: 'Create, known applicant',
      peers: ALL,
      lanes: (peer) => perConnection((i) => laneOf(i).map((_, k) => create(peer, knownApplicant(2 * (i + 16 * k))))),
      expected: ok,
      targets: { passthrough: 0.8, express: 1.8 },
    },
    {
      name: 'list',
      title: 'List of 100',
      peers: ALL,
      lanes: (peer) => [[list(peer)]],
      expected: ok,
      targets: {},
    },
    {
      name: 'status',
      title: 'Status change',
      peers: ALL,
      // A connection decides over profiles of its own, to and fro; one that a run left in the status it asks for is a 200.
      lanes: (peer) =>
        perConnection((i) =>
          DECIDED.flatMap((status) =>
            laneOf(i)
              .slice(0, 20)
              .map((id) => decide(peer, id, status)),
          ),
        ),
      expected: () => [200, 201],
      targets: {},
    },
    {
      name: 'invalid',
      title: 'JSON validation failure',
      peers: [...ALL, 'constant'],
      lanes: (peer) => [
        [{ ...create(peer, { document_number: 'X1' }), body: JSON.stringify({ ...applicant(''), country: 'XX' }) }],
      ],
      expected: () => [400, 403, 422],
      targets: { constant: 0.7 },
    },
    {
      name: 'unauthenticated',
      title: 'No credentials',
      peers: [...ALL, 'constant', 'hono'],
      lanes: (peer) => [[{ ...read(peer, ids[0] as string), headers: {} }]],
      expected: () => [401],
      targets: { constant: 0.7 },
    },
  ];
}
