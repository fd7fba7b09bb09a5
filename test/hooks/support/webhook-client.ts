import { randomBytes } from 'node:crypto';
import type { Request } from './client.ts';

/** A partner that no other test knows: its sequence and its webhooks are the test's own. */
export const newPartner = () => `p-${randomBytes(6).toString('hex')}`;

export const eventsOf = async (service: Request, partner: string) =>
  (await service('GET', `/api/collections/events/records?perPage=1000&sort=sequence&filter=partner='${partner}'`)).body
    .items;

export const deliveriesOf = async (service: Request, endpoint: string) =>
  (
    await service(
      'GET',
      `/api/collections/webhook_deliveries/records?perPage=1000&sort=@rowid&filter=endpoint='${endpoint}'`,
    )
  ).body.items;

export const endpointPath = (id: string) => `/api/collections/webhook_endpoints/records/${id}` as const;

export const endpointOf = async (service: Request, id: string) => (await service('GET', endpointPath(id))).body;

export const addEndpoint = async (service: Request, partner: string, fields: object = {}) => {
  const body = { partner, url: 'https://partner.example/hook', secret: 'sealed', ...fields };
  return (await service('POST', '/api/edge/webhooks', body)).body;
};

export const claim = async (service: Request, body: object = {}) =>
  (await service('POST', '/api/edge/deliveries/claim', body)).body.items;

export const conclude = async (service: Request, { id, attempt }: { id: string; attempt: number }, body: object) =>
  (await service('POST', `/api/edge/deliveries/${id}/result`, { attempt, ...body })).body;
