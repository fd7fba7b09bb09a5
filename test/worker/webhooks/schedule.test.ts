import { describe, expect, it } from 'vitest';
import { Settings } from '../../../src/env.ts';
import { nextAttempt, parseRetryAfter } from '../../../src/webhooks/schedule.ts';

const NOW = Date.parse('2026-11-24T09:30:00Z');
const DELAYS_SECONDS = new Settings({}).get('WEBHOOK_DELAYS_SECONDS');
const HOUR = 3_600;
const DAY = 24 * HOUR;

function delayAfter(attempts: number, random: number, retryAfterSeconds: number | null = null): number | null {
  const next = nextAttempt(attempts, { delays: DELAYS_SECONDS, random, now: NOW, retryAfterSeconds });
  return next && (next.getTime() - NOW) / 1_000;
}

const totals = (random: number) => DELAYS_SECONDS.slice(1).map((_, index) => delayAfter(index + 1, random) ?? 0);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the retry schedule', () => {
  it('is the contract’s: ten attempts within 75 h 35 min 5 s', () => {
    expect(DELAYS_SECONDS).toEqual([0, 5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY]);
    expect(totals(0.5)).toEqual(DELAYS_SECONDS.slice(1));
    expect(sum(totals(0.5))).toBe(75 * HOUR + 35 * 60 + 5);
  });

  it('outlasts two days of silence, however the dice fall', () => {
    expect(sum(totals(0))).toBeGreaterThan(2 * DAY);
    expect(sum(totals(0))).toBeCloseTo(0.9 * sum(DELAYS_SECONDS), 2);
    expect(sum(totals(0.999_999))).toBeLessThanOrEqual(1.1 * sum(DELAYS_SECONDS));
  });

  it('spreads each delay by at most a tenth', () => {
    expect(delayAfter(3, 0)).toBe(1_620);
    expect(delayAfter(3, 0.5)).toBe(1_800);
    expect(delayAfter(3, 1)).toBe(1_980);
  });

  it('ends after the last attempt, whatever the receiver asks for', () => {
    expect(delayAfter(9, 0.5)).toBe(DAY);
    expect(delayAfter(10, 0.5)).toBeNull();
    expect(delayAfter(10, 0.5, 60)).toBeNull();
  });

  it('waits longer when the receiver asks, for a day at most, and never shorter', () => {
    expect(delayAfter(1, 0.5, 120)).toBe(120);
    expect(delayAfter(1, 0.5, 10 * DAY)).toBe(DAY);
    expect(delayAfter(3, 0.5, 1)).toBe(1_800);
  });

  it.each([
    ['120', 120],
    ['0', 0],
    ['Tue, 24 Nov 2026 09:31:00 GMT', 60],
    ['Tue, 24 Nov 2026 09:29:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    [null, null],
  ])('reads Retry-After: %s', (value, seconds) => {
    expect(parseRetryAfter(value, NOW)).toBe(seconds);
  });
});
