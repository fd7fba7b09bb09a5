import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = join(ROOT, 'src/pages');
const OUT = join(ROOT, 'dist/assets');

/** https://developers.cloudflare.com/workers/static-assets/headers/. Without a hash in the name a browser asks whether its copy is current. */
const HEADERS = `/*
  Cache-Control: public, max-age=0, must-revalidate
  X-Content-Type-Options: nosniff
  Cross-Origin-Resource-Policy: same-origin
  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
`;

/** The files at `/assets/<name>`, and the source that each is bundled from. */
const ASSETS: [name: string, source: string][] = [
  ['verify', 'applicant/client.ts'],
  ['verify', 'applicant/style.css'],
  ['zone-reader', 'applicant/client/sight/thread.ts'],
  ['dashboard', 'dashboard/client.ts'],
  ['dashboard', 'dashboard/style.css'],
  ['docs', 'docs/style.css'],
];

/** Writes the pages' scripts and styles. */
export async function buildPages(): Promise<void> {
  const entryPoints = ASSETS.map(([name, source]) => ({ in: join(PAGES, source), out: name }));
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    outdir: join(OUT, 'assets'),
    logLevel: 'warning',
    write: false,
  });
  mkdirSync(join(OUT, 'assets'), { recursive: true });
  const names = outputFiles.map(({ path }) => basename(path));
  for (const name of readdirSync(join(OUT, 'assets'))) {
    if (!names.includes(name)) rmSync(join(OUT, 'assets', name));
  }
  for (const { path, contents } of outputFiles) update(path, contents);
  update(join(OUT, '_headers'), Buffer.from(HEADERS));
}

/** Several may build at once, and what has not changed must not wake those who watch. */
function update(path: string, contents: Uint8Array): void {
  try {
    if (readFileSync(path).equals(contents)) return;
  } catch {
    // Not there yet.
  }
  writeFileSync(path, contents);
}

if (import.meta.main) await buildPages();
