import { type Browser, chromium } from 'playwright-core';

/** The list under the address bar is a page of some 180 scripts, which Chromium would load for each window: half of a test's CPU. */
const NO_ADDRESS_BAR_PAGES = '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup';

/** Debian's Chromium, or the one that `CHROMIUM` names; quiet, as a test's browser has nothing to look up elsewhere. */
export function launchBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
