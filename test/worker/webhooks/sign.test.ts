import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import '../../support/runtime-globals.ts';
import { signatureHeaders } from '../../../src/webhooks/sign.ts';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const PAYLOAD = '{"type":"profile.created","note":"Nguyễn"}';

describe('signatureHeaders', () => {
  it('verifies with standardwebhooks under each of the secrets that signed, and no other', async () => {
    const [current, previous] = [secret(), secret()];
    const headers = await signatureHeaders('evt', PAYLOAD, { secrets: [current, previous], now: Date.now() });
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const known of [current, previous])
      expect(new Webhook(known).verify(PAYLOAD, headers)).toEqual(JSON.parse(PAYLOAD));
    expect(() => new Webhook(secret()).verify(PAYLOAD, headers)).toThrow();
  });

  it.each([
    ['body', (): [string, object] => [PAYLOAD.replace('created', 'deleted'), {}]],
    ['id', (): [string, object] => [PAYLOAD, { 'webhook-id': 'evt2' }]],
    ['time', (): [string, object] => [PAYLOAD, { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) + 1) }]],
  ])('does not verify with another %s', async (_, tamper) => {
    const own = secret();
    const headers = await signatureHeaders('evt', PAYLOAD, { secrets: [own], now: Date.now() });
    const [payload, changed] = tamper();
    expect(() => new Webhook(own).verify(payload, { ...headers, ...changed })).toThrow('No matching signature');
  });
});
