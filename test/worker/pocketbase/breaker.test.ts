import { beforeEach, expect, it } from 'vitest';
import { Breaker, type BreakerState, type Outcome, type Pass } from '../../../src/pocketbase/breaker.ts';
import { BREAKER_FAILURES, BREAKER_PAUSE_MS, PROBE_LOST_MS } from '../../../src/pocketbase/limits.ts';

let time: number;
let changes: BreakerState[];
let breaker: Breaker;
beforeEach(() => {
  time = 1_000_000;
  changes = [];
  breaker = new Breaker(
    () => time,
    (state) => changes.push(state),
  );
});

const enter = () => breaker.enter() as Pass;
const call = (outcome: Outcome) => breaker.leave(enter(), outcome);
const calls = (count: number, outcome: Outcome) => {
  for (let sent = 0; sent < count; sent++) call(outcome);
};
const open = () => calls(BREAKER_FAILURES, 'failed');

it('opens after failures in a row, and not before', () => {
  calls(BREAKER_FAILURES - 1, 'failed');
  call('reached');
  calls(BREAKER_FAILURES - 1, 'failed');
  expect([breaker.state, breaker.openings]).toEqual(['closed', 0]);
  call('failed');
  expect([breaker.state, breaker.openings, breaker.enter()]).toEqual(['open', 1, null]);
});

it('counts no call that its own caller ended', () => {
  calls(100, 'unknown');
  expect(breaker.state).toBe('closed');
});

it('lets one probe through after the pause, and everybody when it succeeds', () => {
  open();
  time += BREAKER_PAUSE_MS - 1;
  expect(breaker.enter()).toBeNull();
  time += 1;
  const probe = enter();
  expect([probe.isProbe, breaker.state, breaker.enter()]).toEqual([true, 'half_open', null]);
  breaker.leave(probe, 'reached');
  expect([breaker.state, enter().isProbe]).toEqual(['closed', false]);
  calls(BREAKER_FAILURES - 1, 'failed');
  expect(breaker.state, 'it begins to count again').toBe('closed');
  expect(changes).toEqual(['open', 'closed']);
});

it('waits again after a probe that failed', () => {
  open();
  time += BREAKER_PAUSE_MS;
  call('failed');
  expect([breaker.state, breaker.enter(), breaker.openings]).toEqual(['open', null, 1]);
  time += BREAKER_PAUSE_MS;
  expect(enter().isProbe).toBe(true);
});

it('is not stuck when a probe is lost, or ended by its caller', () => {
  open();
  time += BREAKER_PAUSE_MS;
  const lost = enter();
  time += PROBE_LOST_MS;
  const second = enter();
  expect(second.isProbe).toBe(true);
  breaker.leave(lost, 'failed');
  expect(breaker.state, 'the lost one says nothing any more').toBe('half_open');
  breaker.leave(second, 'unknown');
  expect(enter().isProbe).toBe(true);
});

it('does not listen to calls from before: one that hung fails long after PocketBase is back', () => {
  const hanging = Array.from({ length: 2 * BREAKER_FAILURES }, enter);
  open();
  time += BREAKER_PAUSE_MS;
  const probe = enter();
  for (const pass of hanging) breaker.leave(pass, 'reached');
  expect(breaker.state).toBe('half_open');
  breaker.leave(probe, 'reached');
  for (const pass of hanging) breaker.leave(pass, 'failed');
  expect(breaker.state).toBe('closed');
});
