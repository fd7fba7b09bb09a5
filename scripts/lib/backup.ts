import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { noteRevoked } from './revoked.ts';

/** Beside the backups: whom no restore may bring back. Ids only. */
const ERASED = 'erased.json';
/** Each look at the database finds fewer files to copy than the one before, unless somebody replaces one again and again. */
const MAX_LOOKS = 5;
const BUSY_MS = 10_000;

interface StoredFile {
  /** Profile, kind and version. */
  name: string;
  /** Below `storage/`. */
  path: string;
  sha256: string;
}

/**
 * A copy of a data directory that PocketBase may be working on: a snapshot of the database and every file that it names, each with the hash
 * that it was stored with. The copy appears under `into`, named by `now`, once it is complete.
 */
export async function backup(dataDir: string, into: string, now: Date): Promise<{ path: string; files: number }> {
  const path = join(into, now.toISOString().replaceAll(':', '-'));
  const partial = `${path}.partial`;
  mkdirSync(join(partial, 'storage'), { recursive: true, mode: 0o700 });
  const files = await copy(dataDir, partial);
  noteErased(dataDir, into);
  noteRevoked(dataDir, into, now);
  renameSync(partial, path);
  return { path, files };
}

/** SQLite makes the file that it does not find, so a mistyped folder would pass for an installation without applicants. */
export function demandDatabase(dir: string): void {
  if (!existsSync(join(dir, 'data.db'))) throw new Error(`no data.db in ${dir}`);
}

async function copy(dataDir: string, partial: string): Promise<number> {
  for (let look = 1; look <= MAX_LOOKS; look++) {
    // PocketBase removes a file after the commit that replaced it: nothing goes while nobody commits.
    const release = look === MAX_LOOKS ? holdWriters(dataDir) : () => {};
    try {
      snapshot(join(dataDir, 'data.db'), join(partial, 'data.db'));
      const files = storedFiles(partial);
      let missing = 0;
      for (const { path } of files) missing += (await copyStored(dataDir, partial, path)) ? 0 : 1;
      // What is missing was replaced or erased since the snapshot, so a newer one does not name it.
      if (missing > 0) continue;
      release();
      dropOthers(partial, files);
      await verifyFiles(partial);
      return files.length;
    } finally {
      release();
    }
  }
  throw new Error(`After ${MAX_LOOKS} looks the database still names files that are not there: ${dataDir}`);
}

/** Takes SQLite's one place for a writer until it is given back; PocketBase's writers wait, and its readers do not. */
function holdWriters(dataDir: string): () => void {
  const database = new DatabaseSync(join(dataDir, 'data.db'), { timeout: BUSY_MS });
  database.exec('BEGIN IMMEDIATE');
  return () => database.isOpen && database.close();
}

/** https://sqlite.org/lang_vacuum.html#vacuuminto: consistent while others write, and without what SQLite left of erased rows. */
function snapshot(from: string, to: string): void {
  rmSync(to, { force: true });
  const database = new DatabaseSync(from, { timeout: BUSY_MS });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

/** Names are never used twice, so what is there is that file. */
async function copyStored(dataDir: string, partial: string, path: string): Promise<boolean> {
  const [from, to] = [join(dataDir, 'storage', path), join(partial, 'storage', path)];
  if (existsSync(to)) return true;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  try {
    // PocketBase describes each file in another one.
    if (existsSync(`${from}.attrs`)) await copyFile(`${from}.attrs`, `${to}.attrs`);
    await copyFile(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function dropOthers(partial: string, files: StoredFile[]): void {
  const storage = join(partial, 'storage');
  const known = new Set(files.flatMap(({ path }) => [path, `${path}.attrs`]));
  for (const name of readdirSync(storage, { recursive: true, withFileTypes: true })) {
    const path = join(name.parentPath, name.name);
    if (name.isFile() && !known.has(path.slice(storage.length + 1))) rmSync(path);
  }
}

/** Each version that was ever current; what is staged belongs to nobody yet. */
const STORED = "SELECT id, profile, kind, version, file, sha256 FROM documents WHERE state != 'staged' AND file != ''";

function storedFiles(dir: string): StoredFile[] {
  const database = new DatabaseSync(join(dir, 'data.db'), { readOnly: true });
  try {
    const collection = database.prepare("SELECT id FROM _collections WHERE name = 'documents'").get()?.id;
    const rows = database.prepare(STORED).all() as Record<string, string>[];
    return rows.map(({ id, profile, kind, version, file, sha256 }) => ({
      name: `${profile} ${kind}/${version}`,
      path: `${collection}/${id}/${file}`,
      sha256: String(sha256),
    }));
  } finally {
    database.close();
  }
}

/** @throws Error that names the documents whose file is missing or not what was stored */
export async function verifyFiles(dir: string): Promise<number> {
  const wrong: string[] = [];
  const files = storedFiles(dir);
  for (const { name, path, sha256 } of files) {
    const actual = await digestOf(join(dir, 'storage', path)).catch(() => null);
    if (actual !== sha256) wrong.push(name);
  }
  if (wrong.length > 0) throw new Error(`Files that are not what was stored:\n${wrong.join('\n')}`);
  return files.length;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Adds whoever is erased by now to the list beside the backups. Cheap: worth a timer of its own, as what it missed a restore brings back. */
export function noteErased(dataDir: string, into: string): string[] {
  const database = new DatabaseSync(join(dataDir, 'data.db'), { readOnly: true });
  try {
    const rows = database.prepare("SELECT id FROM profiles WHERE redacted_at != ''").all();
    const ids = [...new Set([...readErased(into), ...rows.map(({ id }) => String(id))])].sort();
    const path = join(into, ERASED);
    writeFileSync(`${path}.new`, `${JSON.stringify(ids)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return ids;
  } finally {
    database.close();
  }
}

export function readErased(into: string): string[] {
  const path = join(into, ERASED);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
}

/** Puts a verified backup where no data is. Erasures since are still to be replayed. */
export async function putBack(path: string, dataDir: string): Promise<number> {
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) throw new Error(`There is data already: ${dataDir}`);
  const files = await verifyFiles(path);
  await cp(path, dataDir, { recursive: true });
  return files;
}
