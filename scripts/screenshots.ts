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
  { width: 360, height: 740, deviceScaleFactor: 2, camera: { width: 960, height: 1280 } },
  { width: 1440, height: 900, deviceScaleFactor: 1, camera: { width: 1280, height: 960 } },
];
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
type Viewport = (typeof VIEWPORTS)[number];
const MAX_BYTES = 200_000;

function launch(...args: string[]): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...args] });
}

async function take(shot: Shot, browser: Browser, { width, height, deviceScaleFactor }: Viewport): Promise<void> {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor,
    colorScheme: shot.isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await shot.reach(page);
  // A person would see the ring around what has the focus only after having used the keyboard.
  await page.evaluate('document.activeElement.blur()');
  await page.mouse.move(0, 0);
  const png = await page.screenshot({ fullPage: true, animations: 'disabled' });
  await context.close();
  const path = join(OUT, shot.page, String(width), `${shot.name}.webp`);
  mkdirSync(dirname(path), { recursive: true });
  const { size } = await sharp(png).webp({ quality: 80, smartSubsample: true }).toFile(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes`);
  console.log(`${path.slice(ROOT.length + 1)}  ${Math.round(size / 1000)} kB`);
}

const directory = mkdtempSync(join(tmpdir(), 'ekyc-screenshots-'));
const system = await startSystem();
try {
  let running: Browser | null = null;
  const wanted = process.argv.slice(2);
  const shots = [...applicantShots(system), ...dashboardShots(system, () => running)].filter(
    ({ page, name }) => wanted.length === 0 || wanted.some((part) => `${page}/${name}`.includes(part)),
  );
  const plain = await launch();
  const films = await Promise.all(VIEWPORTS.map(({ camera }) => specimens(plain, directory, camera)));
  await plain.close();
  // What a shot changes stays: the last one claims the profile that those before it decide on.
  for (const shot of shots) {
    for (const [index, viewport] of VIEWPORTS.entries()) {
      running = await launch(...CAMERA, `--use-file-for-fake-video-capture=${films[index]?.[shot.film]}`);
      await take(shot, running, viewport);
      await running.close();
    }
  }
} finally {
  await system.stop();
  rmSync(directory, { recursive: true, force: true });
}
