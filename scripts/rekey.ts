import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from './lib/command.ts';
import { readPlaces, readSettings } from './lib/settings.ts';

interface Answer {
  token: string;
  rekeyed: number;
  done: boolean;
  detail?: string;
  message?: string;
}

/**
 * Recomputes every profile's recognition key after DEDUPE_SECRET has changed in PocketBase's environment. Until it is done
 * PocketBase answers 503 to creates. Broken off, it goes on where it was.
 */
export async function rekey(
  url: string,
  { email, password }: { email: string; password: string },
  onProgress: (rekeyed: number) => void = () => {},
): Promise<number> {
  const post = async (path: string, body: object, token = '') => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: token, 'x-partner': '*' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.detail ?? answer.message}`);
    return answer;
  };
  const login = '/api/collections/services/auth-with-password';
  const { token } = await post(login, { identity: email, password });
  for (let rekeyed = 0; ; ) {
    const answer = await post('/api/edge/rekey', {}, token);
    rekeyed += answer.rekeyed;
    if (answer.done) return rekeyed;
    onProgress(rekeyed);
  }
}

// npm run rekey [-- --url <PocketBase>]
async function run(): Promise<void> {
  const { pocketbasePort, devVars } = readPlaces(process.env);
  const { values } = parseArgs({ options: { url: { type: 'string', default: `http://127.0.0.1:${pocketbasePort}` } } });
  const settings = existsSync(devVars) ? readSettings(devVars, process.env) : process.env;
  const { POCKETBASE_SERVICE_EMAIL: email, POCKETBASE_SERVICE_PASSWORD: password } = settings;
  if (!email || !password) throw new Error('POCKETBASE_SERVICE_EMAIL and POCKETBASE_SERVICE_PASSWORD must be set');
  const count = await rekey(values.url, { email, password }, (rekeyed) => console.log(`${rekeyed} …`));
  console.log(`${count} profiles re-keyed. Applicants are recognised under the new DEDUPE_SECRET.`);
}

if (import.meta.main) await runCommand('rekey', run);
