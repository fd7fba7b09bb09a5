import { randomBytes } from 'node:crypto';
import { createTestHarness } from 'wrangler';
import { startPocketBase } from '../../test/support/pocketbase.ts';

const secret = () => randomBytes(24).toString('base64url');

export type System = Awaited<ReturnType<typeof startSystem>>;

/** A PocketBase without data and a Worker before it, as the tests have them. */
export async function startSystem() {
  const pocketbase = await startPocketBase();
  const keys = { partner: secret(), internal: secret() };
  const vars = {
    POCKETBASE_URL: pocketbase.url,
    POCKETBASE_SERVICE_EMAIL: pocketbase.service.email,
    POCKETBASE_SERVICE_PASSWORD: pocketbase.service.password,
    VALID_API_KEYS: `acme:${keys.partner}`,
    INTERNAL_API_KEYS: `ops:${keys.internal}`,
    KYC_FRONTEND_URL: '',
    LINK_SECRET: secret(),
    SESSION_SECRET: secret(),
    DATA_SECRET: secret(),
    DEPLOYMENT: 'development',
  };
  const server = createTestHarness({ workers: [{ configPath: './wrangler.toml', vars }] });
  const { url } = await server.listen();
  return {
    origin: url.origin,
    pocketbase,
    async call(
      path: string,
      { body, partner = 'acme', ...init }: { method?: string; body?: unknown; type?: string; partner?: string } = {},
    ) {
      const isJson = !(body instanceof Buffer);
      const headers = {
        'x-api-key': keys.internal,
        'x-partner': partner,
        'content-type': init.type ?? 'application/json',
      };
      const sent = body === undefined ? null : isJson ? JSON.stringify(body) : new Uint8Array(body as Buffer);
      const response = await fetch(new URL(path, url), { method: init.method ?? 'POST', headers, body: sent });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as { id: string; redirect_url: string };
    },
    async stop() {
      await server.close();
      await pocketbase.stop();
    },
  };
}
