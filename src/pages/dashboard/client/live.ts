/** Keeps the page as it is on the server: an event says that something changed, the page is read again, what differs is put in place. */
import { place } from './place.ts';
import { goToLogin } from './session.ts';

/** Several changes at once are one reading. */
const GATHER_MS = 100;
/** However busy the queue is, no tab asks for it more often. */
const EVERY_MS = 1_000;
const RETRY_MS = 3_000;

const connection = document.querySelector<HTMLElement>('[data-connection]');

let events: EventSource | undefined;
let reconnecting: number | undefined;
let isListening = false;

/** Set from the moment that a reading is due until it has ended, so that there is never more than one. */
let reading: number | undefined;
let readAt = 0;
let isStale = false;
let hasFailed = false;

export function startLive(): void {
  if (!connection) return;
  connect();
  // A page that waits in the back/forward cache hears nothing, and may come back more than once.
  addEventListener('pagehide', () => {
    clearTimeout(reconnecting);
    events?.close();
    listen(false);
  });
  addEventListener('pageshow', ({ persisted }) => persisted && connect());
}

function connect(): void {
  const source = new EventSource('/dashboard/events');
  events = source;
  source.addEventListener('ready', () => {
    listen(true);
    refresh();
  });
  source.addEventListener('change', ({ data }) => {
    const profile = /\/profiles\/(\w+)/.exec(connection?.dataset.href ?? '')?.[1];
    if (!profile || profile === JSON.parse(data).id) refresh();
  });
  source.addEventListener('error', () => {
    listen(false);
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused, not cut: the session may be over.
    refresh();
    reconnecting = setTimeout(connect, RETRY_MS);
  });
}

function listen(isOn: boolean): void {
  isListening = isOn;
  showConnection();
}

/** A page is live if it hears of changes and could read the last of them. */
function showConnection(): void {
  if (!connection) return;
  const isLive = isListening && !hasFailed;
  connection.dataset.state = isLive ? 'live' : 'lost';
  const words = connection.querySelector('[data-connection-text]');
  if (words) words.textContent = isLive ? 'Live' : 'Reconnecting';
}

/** Reads the page at once after a quiet time, or when the last reading is long enough ago. */
export function refresh(): void {
  isStale = true;
  schedule(Math.max(GATHER_MS, readAt + EVERY_MS - Date.now()));
}

function schedule(ms: number): void {
  if (reading === undefined) reading = setTimeout(() => void read(), ms);
}

async function read(): Promise<void> {
  isStale = false;
  readAt = Date.now();
  hasFailed = !(await readPage());
  reading = undefined;
  showConnection();
  if (hasFailed) schedule(RETRY_MS);
  else if (isStale) refresh();
  else if (document.querySelector('[data-follow]')) schedule(EVERY_MS);
}

/** @returns whether the page is as it was on the server just now */
async function readPage(): Promise<boolean> {
  const href = connection?.dataset.href ?? '';
  try {
    const response = await fetch(href, { headers: { 'x-live': '1' } });
    if (response.status === 401) goToLogin();
    // An erased profile has a page that says so.
    else if (response.status === 410) location.assign(href);
    else if (response.ok) place(await response.text());
    return response.ok;
  } catch {
    return false;
  }
}
