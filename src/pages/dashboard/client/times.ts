import { durationText } from '../../../lib/duration.ts';
import { refresh } from './live.ts';

const TICK_MS = 10_000;
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function watchTimes(): void {
  showTimes();
  setInterval(() => {
    showTimes();
    // No event tells of a claim that runs out.
    if ([...claims()].some((claim) => leftOf(claim) < 0)) refresh();
  }, TICK_MS);
}

const claims = () => document.querySelectorAll<HTMLElement>('[data-until]');
const leftOf = (claim: HTMLElement) => Date.parse(claim.dataset.until ?? '') - Date.now();

/** Ages and what is left of claims as of now, and times in the reader's own zone. */
export function showTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-age]')) {
    time.textContent = durationText(Math.max(0, Date.now() - Date.parse(time.dateTime)));
    time.title = LOCAL.format(new Date(time.dateTime));
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    time.textContent = LOCAL.format(new Date(time.dateTime));
    time.title = time.dateTime;
  }
  for (const claim of claims()) {
    const words = claim.querySelector('.left');
    if (words) words.textContent = `${durationText(leftOf(claim))} left`;
  }
}
