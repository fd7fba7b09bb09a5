import { isDirty } from './dirty.ts';
import { showTimes } from './times.ts';
import { enhanceViewers } from './viewer.ts';

const regions = () => document.querySelectorAll<HTMLElement>('[data-live]');
/** Each region as the server sent it, before scripts touched it. */
const served = new Map<string, string>([...regions()].map((region) => [nameOf(region), region.innerHTML]));

/** Puts in place what differs in a page that the server has rendered again. */
export function place(html: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html');
  let isBehind = false;
  for (const region of regions()) {
    const fresh = page.querySelector<HTMLElement>(`[data-live="${nameOf(region)}"]`);
    if (!fresh || isSame(region, fresh)) continue;
    if (isDirty(region)) {
      isBehind = true;
      continue;
    }
    served.set(nameOf(region), fresh.innerHTML);
    replace(region, fresh);
  }
  document.querySelector('[data-stale]')?.toggleAttribute('hidden', !isBehind);
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
