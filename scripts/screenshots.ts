/**
 * The pictures of the docs: `npm run screenshots [name…]`. A PocketBase and a Worker of its own, a made-up card before a fake camera.
 * What a page can show is a list of shots, in a file under scripts/screenshots; here they are taken at both widths.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import sharp from 'sharp';
import { ROOT } from './lib/settings.ts';
import { applicantShots } from './screenshots/applicant.ts';
import { dashboardShots } from './screenshots/dashboard.ts';
import type { Shot } from './screenshots/shot.ts';
import { specimens } from './screenshots/specimens.ts';
import { startSystem } from './screenshots/system.ts';

const OUT = join(ROOT, 'docs/screenshots');
const VIEWPORTS = [
  { width: 360, height: 740, deviceScaleFactor: 2 },
  { width: 1440, height: 900, deviceScaleFactor: 1 },
];
const MAX_BYTES = 200_000;

function launch(...args: string[]): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...args] });
}

async function take(shot: Shot, browser: Browser): Promise<void> {
  for (const { deviceScaleFactor, ...viewport } of VIEWPORTS) {
    const colorScheme = shot.isDark ? 'dark' : 'light';
    const options = { viewport, deviceScaleFactor, colorScheme, reducedMotion: 'reduce', locale: 'en-GB' } as const;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await shot.reach(page);
    // Focus has moved to the heading by script: a person would see its ring only after having used the keyboard.
    await page.evaluate('document.activeElement.blur()');
    await page.mouse.move(0, 0);
    const png = await page.screenshot({ fullPage: true, animations: 'disabled' });
    await context.close();
    const path = join(OUT, shot.page, String(viewport.width), `${shot.name}.webp`);
    mkdirSync(dirname(path), { recursive: true });
    const { size } = await sharp(png).webp({ quality: 80, smartSubsample: true }).toFile(path);
    if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes`);
    console.log(`${path.slice(ROOT.length + 1)}  ${Math.round(size / 1000)} kB`);
  }
}

const directory = mkdtempSync(join(tmpdir(), 'ekyc-screenshots-'));
const system = await startSystem();
try {
  const plain = await launch();
  const films = await specimens(plain, directory);
  await plain.close();
  let running: Browser | null = null;
  const dashboard = dashboardShots(system, () => running);
  for (const [film, path] of Object.entries(films)) {
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    const browser = await launch(...camera, `--use-file-for-fake-video-capture=${path}`);
    running = browser;
    const wanted = process.argv.slice(2);
    for (const shot of [...applicantShots(system), ...dashboard]) {
      const isWanted = wanted.length === 0 || wanted.some((name) => `${shot.page}/${shot.name}`.includes(name));
      if (shot.film === film && isWanted) await take(shot, browser);
    }
    await browser.close();
  }
} finally {
  await system.stop();
  rmSync(directory, { recursive: true, force: true });
}
