/** Keeps the page as it is on the server: an event says that something changed, the page is read again, and what differs is put in place. */
import { isDirty } from './forms.ts';
import { goToLogin } from './session.ts';
import { showTimes } from './times.ts';
import { enhanceViewers } from './viewer.ts';

/** Several changes at once are one reading. */
const GATHER_MS = 100;
const RETRY_MS = 3_000;

const connection = document.querySelector<HTMLElement>('[data-connection]');
const regions = () => document.querySelectorAll<HTMLElement>('[data-live]');
/** Each region as the server sent it, before scripts touched it. */
const served = new Map<string, string>([...regions()].map((region) => [nameOf(region), region.innerHTML]));

let timer: number | undefined;
let isReading = false;
let isStale = false;

export function startLive(): void {
  if (connection) connect();
}

function connect(): void {
  const events = new EventSource('/dashboard/events');
  events.addEventListener('ready', () => {
    show('live', 'Live');
    refresh();
  });
  events.addEventListener('change', ({ data }) => {
    const profile = /\/profiles\/(\w+)/.exec(connection?.dataset.href ?? '')?.[1];
    if (!profile || profile === JSON.parse(data).id) refresh();
  });
  events.addEventListener('error', () => {
    show('lost', 'Reconnecting');
    if (events.readyState !== EventSource.CLOSED) return;
    // Refused, not cut: the session may be over.
    refresh();
    setTimeout(connect, RETRY_MS);
  });
  addEventListener('pagehide', () => events.close());
  addEventListener('pageshow', ({ persisted }) => persisted && connect(), { once: true });
}

function show(state: string, text: string): void {
  if (!connection) return;
  connection.dataset.state = state;
  const words = connection.querySelector('[data-connection-text]');
  if (words) words.textContent = text;
}

export function refresh(): void {
  isStale = true;
  clearTimeout(timer);
  timer = setTimeout(() => void read(), GATHER_MS);
}

async function read(): Promise<void> {
  const href = connection?.dataset.href;
  if (isReading || !href) return;
  isReading = true;
  try {
    while (isStale) {
      isStale = false;
      const response = await fetch(href, { headers: { 'x-live': '1' } });
      if (response.status === 401) return goToLogin();
      if (response.ok) place(await response.text());
      else if (response.status === 410) location.assign(href);
    }
  } catch {
    // Offline: the stream reconnects, and then the page is read again.
  } finally {
    isReading = false;
  }
}

/** Puts in place what differs in a page that the server has rendered anew. */
export function place(html: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const region of regions()) {
    const fresh = page.querySelector<HTMLElement>(`[data-live="${nameOf(region)}"]`);
    if (!fresh || isSame(region, fresh)) continue;
    if (isDirty(region)) {
      document.querySelector('[data-stale]')?.removeAttribute('hidden');
      continue;
    }
    served.set(nameOf(region), fresh.innerHTML);
    replace(region, fresh);
  }
  showTimes();
}

function isSame(region: HTMLElement, fresh: HTMLElement): boolean {
  const { version } = region.dataset;
  return version === undefined ? served.get(nameOf(region)) === fresh.innerHTML : version === fresh.dataset.version;
}

function replace(region: HTMLElement, fresh: HTMLElement): void {
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : '';
  const scroll = region.querySelector('[data-scroll]')?.scrollLeft ?? 0;
  announce(region, fresh);
  region.replaceWith(document.adoptNode(fresh));
  fresh.querySelector('[data-scroll]')?.scrollTo(scroll, 0);
  enhanceViewers(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function announce(region: HTMLElement, fresh: HTMLElement): void {
  const textOf = (element: HTMLElement) => element.querySelector('[data-said]')?.textContent?.trim() ?? '';
  const place = document.querySelector('[data-announce]');
  if (place && textOf(region) !== textOf(fresh)) place.textContent = textOf(fresh);
}

function nameOf(region: HTMLElement): string {
  return region.dataset.live ?? '';
}
