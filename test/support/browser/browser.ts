import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's. The shell is Chromium without windows, which Playwright itself takes for tests: half of the browser's CPU. */
const SHELL = '/usr/bin/chromium-headless-shell';
const WHOLE = '/usr/bin/chromium';

/** Without the shell: the list under the address bar is a page of some 180 scripts, which Chromium would load for each window: half of a test's CPU. */
const NO_ADDRESS_BAR_PAGES = '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup';

/** The one that `CHROMIUM` names, or what there is; quiet, as a test's browser has nothing to look up elsewhere. */
export function launchBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? (existsSync(SHELL) ? SHELL : WHOLE),
    // Without a locale Chromium opens no file whose name is not ASCII.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      NO_ADDRESS_BAR_PAGES,
      ...more,
    ],
  });
}

/** A camera that shows a test picture, and is granted without asking. Few frames a second, as each is painted in software. */
export const FAKE_CAMERA = ['--use-fake-device-for-media-stream=fps=5', '--use-fake-ui-for-media-stream'];
