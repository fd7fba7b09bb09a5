import type { Context } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from '../app-env.ts';
import { anonymousClient, deferOf } from '../http/authenticate.ts';

const ONE_HOUR_SECONDS = 3_600;

/** Allows calls from the origins of the hosted frontends only. The token goes in a header, so no cookie is needed. */
export function applicantCors() {
  return cors({
    origin: async (origin, c: Context<AppEnv>) => {
      if (!origin) return null;
      const { settings, partners } = c.get('runtime');
      const frontend = settings.get('KYC_FRONTEND_URL');
      if (frontend && origin === new URL(frontend).origin) return origin;
      return (await partners.hasOrigin(origin, anonymousClient(c), deferOf(c))) ? origin : null;
    },
    allowMethods: ['GET', 'PUT', 'POST'],
    allowHeaders: ['authorization', 'content-type', 'content-disposition', 'content-digest', 'x-request-id'],
    exposeHeaders: ['x-request-id', 'retry-after', 'ratelimit-policy'],
    maxAge: ONE_HOUR_SECONDS,
  });
}
