import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { samplePng } from '../lib/samples.ts';
import type { Shot } from './shot.ts';
import type { System } from './system.ts';

const KINDS = ['document_front', 'document_back', 'facial_photo'];

/** Every state of the applicant page. */
export function applicantShots(system: System): Shot[] {
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  /** An applicant with an identity card who has already supplied the first kinds, at the opening screen. */
  async function arrive(page: Page, supplied = 0, decisions: Record<string, unknown>[] = []): Promise<void> {
    const { id, redirect_url } = await system.call('/api/profiles/create', {
      body: {
        full_name: 'Ada Example',
        country: 'GB',
        document_type: 'id_card',
        document_number: randomBytes(6).toString('hex'),
      },
    });
    for (const kind of KINDS.slice(0, supplied)) {
      const upload = { method: 'PUT', body: samplePng(), type: 'image/png' };
      await system.call(`/api/profiles/${id}/documents/${kind}`, upload);
    }
    for (const body of decisions) await system.call(`/api/status_history/${id}`, { body });
    await page.goto(redirect_url);
    await page.locator('main').getByText('…').waitFor({ state: 'hidden' });
  }
  async function begin(page: Page, supplied = 0): Promise<void> {
    await arrive(page, supplied);
    await press(page, supplied ? 'Continue' : 'Begin');
  }
  async function preview(page: Page, supplied = 0): Promise<void> {
    await begin(page, supplied);
    await press(page, 'Use the camera');
    await press(page, 'Take the photo');
    await page.locator('img.shot').waitFor();
  }
  const shot = (name: string, reach: Shot['reach'], more: Partial<Shot> = {}): Shot => ({
    page: 'applicant',
    name,
    film: 'card',
    reach,
    ...more,
  });
  async function camera(page: Page, supplied: number, hint: string) {
    await begin(page, supplied);
    await press(page, 'Use the camera');
    await page.locator('main').getByText(hint).waitFor();
  }
  const resubmission = [
    { status: 'pending' },
    {
      status: 'resubmission_requested',
      reason_code: 'photo_unclear',
      reason: 'Your face is in the shade. Please take the photo again, facing a window.',
    },
  ];
  const opened = async (page: Page) => {
    await arrive(page);
    await page.getByRole('button', { name: 'Begin', disabled: false }).waitFor();
  };

  return [
    shot('1-opening', opened),
    shot('1-opening-dark', opened, { isDark: true }),
    shot('2-document', (page) => begin(page)),
    shot('3-camera', (page) => camera(page, 0, 'Fit the document')),
    shot('4-preview', (page) => preview(page)),
    shot('5-sending', async (page) => {
      await preview(page);
      // Held back under way, so that the bar stands somewhere.
      const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 };
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Network.enable');
      await devtools.send('Network.emulateNetworkConditions', slow);
      await press(page, 'Use this one');
      await page
        .getByText(/[3-9]\d % sent/)
        .first()
        .waitFor();
    }),
    shot('6-lost', async (page) => {
      await page.route('**/api/applicant/documents/*', (route) => route.abort());
      await preview(page);
      await press(page, 'Use this one');
      await page.getByText('Next try in').waitFor();
    }),
    shot('7-face', (page) => camera(page, 2, 'Place your face'), { film: 'face' }),
    shot('8-video', (page) => begin(page, 3)),
    shot('9-review', async (page) => {
      await begin(page, 3);
      await press(page, 'Go on without a video');
      await heading(page, 'Ready to send');
    }),
    shot(
      '9-review-dark',
      async (page) => {
        await begin(page, 3);
        await press(page, 'Go on without a video');
        await heading(page, 'Ready to send');
      },
      { isDark: true },
    ),
    shot('10-pending', async (page) => {
      await arrive(page, 3, [{ status: 'pending' }]);
      await heading(page, 'Thank you');
    }),
    shot('11-resubmission', async (page) => {
      await arrive(page, 3, resubmission);
      await heading(page, 'Something is needed again');
    }),
    shot('12-rejected', async (page) => {
      await arrive(page, 3, [{ status: 'rejected' }]);
      await heading(page, 'The verification was not successful');
    }),
    shot('13-link', async (page) => {
      await page.goto(`${system.origin}/verify/aaaaaaaaaaaaaaa`);
      await heading(page, 'This link is incomplete');
    }),
  ];
}
