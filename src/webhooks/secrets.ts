/**
 * The secrets that sign webhooks. PocketBase holds them sealed, so its file alone signs nothing; `DATA_SECRET` is a list so that it
 * can be changed: the box names the secret that sealed it, `<key id>.<base64>`.
 */
import { keyId } from '../lib/digest.ts';
import { open, seal } from '../lib/sealed-box.ts';

const PURPOSE = 'ekyc-edge webhook secret';
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export function newWebhookSecret(): string {
  return PREFIX + crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64();
}

/** @param dataSecrets the first seals */
export async function sealWebhookSecret(dataSecrets: readonly string[], secret: string): Promise<string> {
  const [first = ''] = dataSecrets;
  return `${await keyId(first)}.${(await seal(first, PURPOSE, secret)).toBase64()}`;
}

/** `null` when none of `dataSecrets` sealed it, or it is damaged. */
export async function openWebhookSecret(dataSecrets: readonly string[], box: string): Promise<string | null> {
  const [id, content = ''] = box.split('.');
  for (const dataSecret of dataSecrets) {
    if ((await keyId(dataSecret)) === id) return open(dataSecret, PURPOSE, Uint8Array.fromBase64(content));
  }
  return null;
}
