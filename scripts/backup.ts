import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backup, demandDatabase, noteErased } from './lib/backup.ts';
import { runCommand } from './lib/command.ts';
import { noteRevoked } from './lib/revoked.ts';
import { readPlaces } from './lib/settings.ts';

// npm run backup -- <folder> [--data <PocketBase's data>] [--revoked-only]
await runCommand('backup', async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string', default: join(readPlaces(process.env).dataDir, 'pocketbase') },
      'revoked-only': { type: 'boolean', default: false },
    },
  });
  demandDatabase(values.data);
  const into = resolve(positionals[0] ?? 'backups');
  process.umask(0o077);
  mkdirSync(into, { recursive: true });
  if (values['revoked-only']) {
    noteRevoked(values.data, into, new Date());
    console.log(
      `${noteErased(values.data, into).length} erased profiles, and the rights that were taken away, are noted in ${into}`,
    );
  } else {
    const { path, files } = await backup(values.data, into, new Date());
    console.log(`${path}: the database and ${files} files, each with the hash it was stored with`);
  }
});
