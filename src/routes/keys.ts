import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { BODY_PROBLEMS, endpoint } from '../http/endpoint.ts';
import { ID } from '../http/paths.ts';
import { jsonBody, query } from '../http/validate.ts';
import { CreateKeyBody, IssuedKey, Keys, KeysQuery, RotateKeyBody } from '../schemas/key.ts';
import { createKey, findKey, listKeys, revokeKey, rotateKey } from '../services/keys.ts';
import { ensurePartner } from '../services/partners.ts';

export const keys = new Hono<AppEnv>()
  .post(
    '/',
    endpoint({
      id: 'createKey',
      tag: 'Operations',
      summary: 'Issue a key to a partner, or to the operator',
      description:
        'The answer is the only one that ever holds the key. `ek_live_…`; a partner’s is `ek_test_…` in a development deployment. A caller grants scopes that it holds; the operator also what a partner may have, to that partner. Scopes of profiles, documents, notes and status over all partners come from an internal key of the settings alone.',
      access: 'keys:manage',
      answers: { 201: { description: 'The key', schema: IssuedKey } },
      problems: BODY_PROBLEMS,
    }),
    jsonBody(CreateKeyBody),
    async (c) => {
      const body = c.req.valid('json');
      const { keyEnvironment, settings } = c.get('runtime');
      const isOfSettings = settings.get('VALID_API_KEYS').some(({ name }) => name === body.partner);
      if (body.partner && isOfSettings) await ensurePartner(c.get('pb'), body.partner);
      return c.json(await createKey(c.get('pb'), keyEnvironment, body), 201);
    },
  )
  .get(
    '/',
    endpoint({
      id: 'listKeys',
      tag: 'Operations',
      summary: 'List keys, newest first, revoked and expired ones among them',
      access: 'keys:manage',
      answers: { 200: { description: 'A page of keys', schema: Keys } },
      problems: ['validation_failed'],
    }),
    query(KeysQuery),
    async (c) => c.json(await listKeys(c.get('pb'), c.get('caller'), c.req.valid('query'))),
  )
  .post(
    `/${ID}/rotate`,
    endpoint({
      id: 'rotateKey',
      tag: 'Operations',
      summary: 'Issue a successor of a key, which ends after a grace',
      description:
        'The successor has the same partner, name, scopes and expiry. A key has one successor, and a revoked one none: 404. One with scopes that you may not grant: 403.',
      access: 'keys:manage',
      record: (pb, id) => findKey(pb, id, Date.now()),
      answers: { 200: { description: 'The successor', schema: IssuedKey } },
      problems: [...BODY_PROBLEMS, 'not_found'],
    }),
    jsonBody(RotateKeyBody, { optional: true }),
    async (c) => {
      const { keyEnvironment, managedKeys } = c.get('runtime');
      const id = c.req.param('id');
      const successor = await rotateKey(c.get('pb'), keyEnvironment, id, c.req.valid('json').grace_seconds);
      managedKeys.forget(id);
      return c.json(successor);
    },
  )
  .delete(
    `/${ID}`,
    endpoint({
      id: 'revokeKey',
      tag: 'Operations',
      summary: 'End a key',
      description: 'At once where the request arrived, within a minute everywhere. A key that has ended already: 204.',
      access: 'keys:manage',
      answers: { 204: { description: 'It is no key any more' } },
      problems: ['not_found'],
    }),
    async (c) => {
      const id = c.req.param('id');
      await revokeKey(c.get('pb'), id);
      c.get('runtime').managedKeys.forget(id);
      return c.body(null, 204);
    },
  );
