import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { anonymousClient } from '../http/authenticate.ts';
import { endpoint } from '../http/endpoint.ts';
import { publicOrigin } from '../http/public-url.ts';
import { NAME, VERSION } from '../lib/version.ts';
import { Health, Readiness, ServiceInfo } from '../schemas/health.ts';

export const health = new Hono<AppEnv>()
  .get(
    '/',
    endpoint({
      id: 'readService',
      tag: 'Service',
      summary: 'Name, version and links',
      description: 'Leads to everything that is public.',
      access: 'public',
      anyHost: true,
      answers: { 200: { description: 'The service', schema: ServiceInfo } },
    }),
    (c) => {
      const origin = publicOrigin(c);
      const links = {
        docs: `${origin}/docs`,
        openapi: `${origin}/openapi.json`,
        health: `${origin}/healthz`,
        ready: `${origin}/readyz`,
      };
      return c.json({ name: NAME, version: VERSION, links });
    },
  )
  .get(
    '/healthz',
    endpoint({
      id: 'readHealth',
      tag: 'Service',
      summary: 'The process is alive',
      description: 'Asks nothing of PocketBase: for a monitor that restarts or reroutes.',
      access: 'public',
      anyHost: true,
      answers: { 200: { description: 'Alive', schema: Health } },
    }),
    (c) => c.json({ status: 'ok' as const }),
  )
  .get(
    '/readyz',
    endpoint({
      id: 'readReadiness',
      tag: 'Service',
      summary: 'Settings, bindings, PocketBase, service account and schema are usable',
      description: 'Asks PocketBase: for a monitor that tells people.',
      access: 'public',
      anyHost: true,
      answers: { 200: { description: 'Ready', schema: Readiness } },
      problems: ['not_configured', 'upstream_unavailable', 'upstream_timeout'],
    }),
    async (c) => {
      const runtime = c.get('runtime');
      await runtime.readiness.check(runtime, () => anonymousClient(c));
      return c.json({ status: 'ready' as const });
    },
  );
