/** The secrets that sign webhooks. PocketBase holds them sealed under `DATA_SECRET`, so that its file alone signs nothing. */
import { open, seal } from '../lib/sealed-box.ts';

const PURPOSE = 'ekyc-edge webhook secret';
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export function newWebhookSecret(): string {
  return PREFIX + crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64();
}

export function sealWebhookSecret(dataSecrets: readonly string[], secret: string): Promise<string> {
  return seal(secret, { secrets: dataSecrets, purpose: PURPOSE });
}

/** `null` when none of `dataSecrets` sealed it, or it is damaged. */
export function openWebhookSecret(dataSecrets: readonly string[], box: string): Promise<string | null> {
  return open(box, { secrets: dataSecrets, purpose: PURPOSE });
}
