import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, Page } from 'playwright-core';
import PocketBase from 'pocketbase';
import { draw } from '../lib/drawings.ts';
import type { Shot } from './shot.ts';
import type { System } from './system.ts';

const PEOPLE: [name: string, country: string, type: string, partner: string, ...statuses: string[]][] = [
  ['Nguyễn Thị Minh', 'VN', 'id_card', 'acme', 'pending'],
  ['Amara Okafor', 'NG', 'passport', 'globex', 'pending'],
  ['Jonas Lindqvist', 'SE', 'drivers_license', 'acme', 'pending', 'in_review'],
  ['María José Hernández-Villanueva', 'MX', 'residence_permit', 'initech', 'pending'],
  ['Li Wei', 'CN', 'passport', 'acme', 'pending'],
  ['Piotr Wójcik', 'PL', 'id_card', 'globex', 'pending', 'approved'],
  ['Sofia Rossi', 'IT', 'id_card', 'acme', 'pending', 'rejected'],
  ['Trần Văn Hùng', 'VN', 'passport', 'initech', 'pending'],
  ['Ewa Nowak', 'PL', 'residence_permit', 'acme', 'pending', 'resubmission_requested'],
  ['Grace O’Connor', 'IE', 'drivers_license', 'globex'],
];
const DAYS = 30;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface Stage {
  accounts: { email: string; password: string }[];
  ids: string[];
}

let stage: Promise<Stage> | undefined;

export function dashboardShots(system: System, browser: () => Browser | null): Shot[] {
  const logIn = async (page: Page, who = 0) => {
    stage ??= prepare(system, page);
    const { accounts, ids } = await stage;
    const account = accounts[who];
    await page.goto(`${system.origin}/dashboard`);
    await page.getByLabel('Email').fill(account?.email ?? '');
    await page.getByLabel('Password').fill(account?.password ?? '');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('[data-state=live]').waitFor();
    return ids;
  };
  const open = async (page: Page, who = 0) => {
    const [id] = await logIn(page, who);
    await page.goto(`${system.origin}/dashboard/profiles/${id}`);
    await page.locator('[data-state=live]').waitFor();
    await page.locator('.ready img').last().waitFor();
    await page.waitForLoadState('networkidle').catch(() => {});
  };
  const metrics = async (page: Page) => {
    await logIn(page);
    await page.goto(`${system.origin}/dashboard/metrics`);
  };
  const shot = (name: string, reach: Shot['reach'], more: Partial<Shot> = {}): Shot => ({
    page: 'dashboard',
    name,
    film: 'card',
    reach,
    ...more,
  });
  const taken = async (page: Page) => {
    const context = await browser()?.newContext();
    const other = await context?.newPage();
    if (!other) return;
    await open(other, 1);
    if (await other.locator('#claim').count()) await other.locator('#claim').click();
    await other.locator('.claim-bar.own').waitFor();
    await context?.close();
    await open(page);
    await page.getByText('has claimed this profile').waitFor();
  };
  return [
    shot('1-login', async (page) => void (await page.goto(`${system.origin}/dashboard`))),
    shot('2-queue', async (page) => void (await logIn(page))),
    shot('2-queue-dark', async (page) => void (await logIn(page)), { isDark: true }),
    shot('3-profile', (page) => open(page)),
    shot('3-profile-dark', (page) => open(page), { isDark: true }),
    shot('4-deciding', async (page) => {
      await open(page);
      await page.getByLabel('Send back').check();
      await page.getByRole('button', { name: 'Record decision' }).click();
      await page.getByText('Choose a reason').waitFor();
    }),
    shot('5-shortcuts', async (page) => {
      await open(page);
      await page.keyboard.press('?');
    }),
    shot('6-metrics', metrics),
    shot('6-metrics-dark', metrics, { isDark: true }),
    shot('7-taken', taken),
  ];
}

async function prepare(system: System, page: Page): Promise<Stage> {
  const { url, superuser, dir } = system.pocketbase;
  const admin = new PocketBase(url);
  await admin.collection('_superusers').authWithPassword(superuser.email, superuser.password);
  const accounts = [];
  for (const name of ['Anna Berger', 'Ben Castillo']) {
    const account = { email: `${randomUUID()}@reviewers.example`, password: randomUUID() };
    await admin.collection('reviewers').create({ ...account, passwordConfirm: account.password, name, active: true });
    accounts.push(account);
  }
  const ids = [];
  for (const person of PEOPLE) ids.push(await enrol(system, page, person));
  writeMonth(join(dir, 'data.db'), ids[5] ?? '');
  return { accounts, ids };
}

async function enrol(
  system: System,
  page: Page,
  [full_name, country, document_type, partner, ...statuses]: (typeof PEOPLE)[0],
) {
  const extras = {
    date_of_birth: '1990-04-30',
    email: 'applicant@example.com',
    phone: '+15555550100',
    external_id: `customer-${randomUUID().slice(0, 8)}`,
    metadata: { plan: 'business' },
  };
  const document_number = randomUUID().slice(0, 8).toUpperCase();
  const applicant = { full_name, country, document_type, document_number, ...extras };
  const { id } = await system.call('/api/profiles/create', { body: applicant, partner });
  if (full_name === PEOPLE[0]?.[0]) {
    for (const [kind, body] of Object.entries(await draw(page, full_name))) {
      const type = kind === 'facial_video' ? 'video/mp4' : 'image/jpeg';
      await system.call(`/api/profiles/${id}/documents/${kind}`, { method: 'PUT', body, type, partner });
    }
  }
  for (const status of statuses)
    await system.call(`/api/status_history/${id}`, { body: { status, ...reasonOf(status) }, partner });
  return id;
}

/** A month of decisions, past PocketBase, as no door of its lets a row have another time: only the figures read them. */
function writeMonth(path: string, profile: string): void {
  const database = new DatabaseSync(path);
  const last = database
    .prepare('SELECT seq, "to" FROM status_history WHERE profile = ? ORDER BY seq DESC')
    .get(profile);
  let seq = Number(last?.seq);
  let from = String(last?.to);
  const insert = database.prepare(
    `INSERT INTO status_history (id, profile, seq, "from", "to", actor_type, created) VALUES (?, ?, ?, ?, ?, 'system', ?)`,
  );
  const add = (to: string, time: number) => {
    const created = new Date(time).toISOString().replace('T', ' ');
    insert.run(randomUUID().replaceAll('-', '').slice(0, 15), profile, ++seq, from, to, created);
    from = to;
  };
  const start = Math.floor(Date.now() / DAY_MS) * DAY_MS - (DAYS - 1) * DAY_MS;
  database.exec('BEGIN');
  for (let day = 0; day < DAYS; day++) {
    const weekday = new Date(start + day * DAY_MS).getUTCDay();
    const count = weekday === 0 || weekday === 6 ? 2 : 14 + ((day * 7) % 9);
    for (let index = 0; index < count; index++) {
      const time = start + day * DAY_MS + (index + 1) * 20 * MINUTE_MS;
      add('pending', time);
      const outcome = index % 6 === 4 ? 'rejected' : index % 7 === 3 ? 'resubmission_requested' : 'approved';
      add(outcome, time + (6 + ((day * 5 + index * 3) % 13)) * MINUTE_MS);
    }
  }
  database.exec('COMMIT');
  database.close();
}

function reasonOf(status: string) {
  if (status === 'rejected') return { reason_code: 'face_mismatch' };
  return status === 'resubmission_requested' ? { reason_code: 'document_unreadable' } : {};
}
