import { expect, it } from 'vitest';
import { seal } from '../../../src/lib/sealed-box.ts';
import { ServiceToken } from '../../../src/pocketbase/service-token.ts';
import { Upstream } from '../../../src/pocketbase/upstream.ts';

const HOUR_SECONDS = 3_600;
const PASSWORD = 'password-of-the-service-account';
const tokenNamed = (name: string) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part({ sub: name, exp: Date.now() / 1000 + HOUR_SECONDS })}.x`;
};
const [OLD, NEW] = [tokenNamed('old'), tokenNamed('new')];
const never = () => {};

/** KV with the old token, whose second read is late, and a PocketBase that hands out the new one. */
async function start() {
  const sealed = await seal(OLD, { secrets: [PASSWORD], purpose: 'ekyc-edge service token' });
  const late = Promise.withResolvers<void>();
  let reads = 0;
  const kv = {
    get: async () => {
      if (++reads === 2) await late.promise;
      return sealed;
    },
    put: async () => {},
  } as unknown as KVNamespace;
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const fetch = async () => Response.json({ token: NEW });
  const token = new ServiceToken({
    upstream: new Upstream({ fetch, now: Date.now, random: Math.random, sleep }),
    url: 'http://pocketbase',
    email: 'worker@example.com',
    password: PASSWORD,
    kv,
    now: Date.now,
    sleep,
  });
  return { token, late };
}

it('a token that PocketBase refused never comes back out of KV, however late a read of it returns', async () => {
  const { token, late } = await start();
  expect(await token.get(never)).toBe(OLD);
  expect(await token.replace(OLD, never)).toBe(NEW);
  const cold = await start();
  const [first, second] = [cold.token.get(never), cold.token.get(never)];
  expect(await first).toBe(OLD);
  expect(await cold.token.replace(OLD, never)).toBe(NEW);
  cold.late.resolve();
  late.resolve();
  expect(await second).toBe(NEW);
  expect(await cold.token.get(never)).toBe(NEW);
});
