import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demandDatabase, putBack, readErased, verifyFiles } from './lib/backup.ts';
import { runCommand } from './lib/command.ts';
import { type PocketBaseEnv, spawnPocketBase } from './lib/pocketbase.ts';
import { freePort } from './lib/ports.ts';
import { takeAway } from './lib/revoked.ts';
import { ensureAccounts, pocketBaseEnv, readPlaces, readSettings } from './lib/settings.ts';

/**
 * Puts a backup into an empty data directory, takes away again the rights that had ended, and erases again whom the list beside the backups names, by PocketBase's own hooks, on a port
 * that nobody knows. What is wrong in the backup stops it before anything is written.
 */
export async function restore(path: string, dataDir: string, env: PocketBaseEnv) {
  const files = await putBack(path, dataDir);
  const reaches = takeAway(dirname(path), dataDir);
  const port = await freePort();
  const pocketbase = await spawnPocketBase({ dir: dataDir, port, env });
  let erased = 0;
  try {
    const call = callerOf(`http://127.0.0.1:${port}`);
    const identity = env.POCKETBASE_SERVICE_EMAIL;
    const login = '/api/collections/services/auth-with-password';
    const { token } = (await call(login, { identity, password: env.POCKETBASE_SERVICE_PASSWORD })) ?? {};
    for (const id of readErased(dirname(path))) {
      const answer = await call(`/api/edge/profiles/${id}/redact`, {}, String(token));
      if (answer?.redacted) erased++;
    }
  } finally {
    await pocketbase.stop();
  }
  await verifyFiles(dataDir);
  return { files, erased, reaches };
}

/** `null` for whom the backup does not know. */
function callerOf(url: string) {
  return async (path: string, body: object, token = ''): Promise<Record<string, unknown> | null> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: token,
        'x-partner': '*',
        'x-actor-type': 'system',
        'x-actor-id': 'restore',
      },
      body: JSON.stringify(body),
    });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
}

// npm run restore -- <folder>/<backup> [--data <PocketBase's data>]
async function run(): Promise<void> {
  const { dataDir, devVars } = readPlaces(process.env);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: 'string', default: join(dataDir, 'pocketbase') } },
  });
  if (!positionals[0]) throw new Error('which backup? npm run restore -- <folder>/<backup>');
  const from = resolve(positionals[0]);
  demandDatabase(from);
  // On PocketBase's host its environment has it all; beside `npm start` the files do.
  const { SUPERUSER_EMAIL: email, SUPERUSER_PASSWORD: password } = process.env;
  const superuser = email && password ? { email, password } : ensureAccounts(dataDir).superuser;
  const settings = existsSync(devVars) ? readSettings(devVars, process.env) : process.env;
  process.umask(0o077);
  const { files, erased, reaches } = await restore(from, resolve(values.data), pocketBaseEnv(settings, superuser));
  console.log(`${values.data}: the database and ${files} files; ${erased} profiles erased since were erased again`);
  console.log(
    reaches
      ? `Keys, accounts, partners, links and secrets that ended until ${reaches} have ended here too. What ended later is in force again: end it once more.`
      : 'No revoked.json stands beside the backup: whatever ended after it is in force again.',
  );
}

if (import.meta.main) await runCommand('restore', run);
