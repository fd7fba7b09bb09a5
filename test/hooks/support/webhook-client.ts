import { randomBytes } from 'node:crypto';
import type { Request } from './client.ts';

export interface Event {
  id: string;
  partner: string;
  profile: string;
  sequence: number;
  type: string;
  created: string;
  data: { profile_id: string; external_id?: string; from?: string; to?: string; kind?: string };
}

export interface Endpoint {
  id: string;
  partner: string;
  url: string;
  events: string[];
  enabled: boolean;
  disabled_reason: string;
  failing_since: string;
  previous_expires_at: string;
}

export interface Delivery {
  id: string;
  endpoint: string;
  event: string;
  event_type: string;
  status: string;
  attempt: number;
  next_attempt_at: string;
  locked_until: string;
  last_status: number;
  last_latency_ms: number;
  last_excerpt: string;
  last_error: string;
}

export interface Claimed {
  id: string;
  attempt: number;
  endpoint: { id: string; url: string; secret: string; previous_secret: string; previous_expires_at: string };
  event: { id: string; type: string; sequence: number | null; created: string; data: Record<string, string> };
}

/** A partner that no other test knows: its sequence and its webhooks are the test's own. */
export const newPartner = () => `p-${randomBytes(6).toString('hex')}`;

async function listOf<Item>(service: Request, collection: string, query: string): Promise<Item[]> {
  const path = `/api/collections/${collection}/records?perPage=1000&${query}`;
  return (await service('GET', path)).body.items as unknown as Item[];
}

export const eventsOf = (service: Request, partner: string) =>
  listOf<Event>(service, 'events', `sort=sequence&filter=partner='${partner}'`);

export const deliveriesOf = (service: Request, endpoint: string) =>
  listOf<Delivery>(service, 'webhook_deliveries', `sort=@rowid&filter=endpoint='${endpoint}'`);

export const endpointPath = (id: string) => `/api/collections/webhook_endpoints/records/${id}`;

export const endpointOf = async (service: Request, id: string) =>
  (await service('GET', endpointPath(id))).body as unknown as Endpoint;

export const addEndpoint = async (service: Request, partner: string, fields: object = {}) => {
  const body = { partner, url: 'https://partner.example/hook', secret: 'sealed', ...fields };
  return (await service('POST', '/api/edge/webhooks', body)).body as unknown as Endpoint;
};

export const claim = async (service: Request, body: object = {}) =>
  (await service('POST', '/api/edge/deliveries/claim', body)).body.items as unknown as Claimed[];

export const conclude = async (service: Request, { id, attempt }: { id: string; attempt: number }, body: object) =>
  (await service('POST', `/api/edge/deliveries/${id}/result`, { attempt, ...body })).body as unknown as {
    ignored: boolean;
    next: string | null;
  };
