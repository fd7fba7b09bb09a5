import { durationText } from '../../../lib/duration.ts';

const TICK_MS = 10_000;
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** @param onEnd a claim has run out: no event tells of that */
export function watchTimes(onEnd: () => void): void {
  showTimes();
  setInterval(() => {
    showTimes();
    if ([...claims()].some((claim) => leftOf(claim) < 0)) onEnd();
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
