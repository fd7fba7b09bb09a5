import { describe, expect, it } from 'vitest';
import { beginSession, endOf, IDLE_MS, LIFE_MS, openSession, sealSession, touched } from '../../../src/auth/session.ts';
import { secret } from '../../support/worker.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const secrets = [secret()];
const session = beginSession({ id: 'k3v9x2m1q8w7z5a', name: 'Ánh', token: 'a.b.c' }, NOW);

describe('a session', () => {
  it('comes out of its cookie as it went in, and nothing of it can be read there', async () => {
    const cookie = await sealSession(session, secrets);
    expect(await openSession(cookie, secrets, NOW)).toEqual(session);
    expect(cookie).toMatch(/^[\w-]+$/);
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain('k3v9x2m1q8w7z5a');
  });

  it('ends after half an hour without activity', async () => {
    const cookie = await sealSession(session, secrets);
    expect(await openSession(cookie, secrets, NOW + IDLE_MS - 1)).toEqual(session);
    expect(await openSession(cookie, secrets, NOW + IDLE_MS)).toBeNull();
  });

  it('ends after twelve hours, however active', async () => {
    const active = { ...session, seen: NOW + LIFE_MS - 1000 };
    expect(endOf(active)).toBe(NOW + LIFE_MS);
    const cookie = await sealSession(active, secrets);
    expect(await openSession(cookie, secrets, NOW + LIFE_MS - 1)).toEqual(active);
    expect(await openSession(cookie, secrets, NOW + LIFE_MS)).toBeNull();
  });

  it('is renewed by activity, once a minute', () => {
    expect(touched(session, NOW + 59_000)).toBeNull();
    expect(touched(session, NOW + 60_000)).toEqual({ ...session, seen: NOW + 60_000 });
  });

  it('is refused with any bit changed, from another secret, or of another shape', async () => {
    const cookie = await sealSession(session, secrets);
    const bytes = Buffer.from(cookie, 'base64url');
    for (const at of [0, 11, 12, bytes.length >> 1, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await openSession(changed.toString('base64url'), secrets, NOW)).toBeNull();
    }
    const ofAnotherShape = await sealSession({ id: session.id } as typeof session, secrets);
    for (const none of ['', 'x', ofAnotherShape, '!!!', cookie.slice(0, -4), await sealSession(session, [secret()])]) {
      expect(await openSession(none, secrets, NOW)).toBeNull();
    }
  });

  it('opens with any secret of the list, so that one can be replaced', async () => {
    const cookie = await sealSession(session, secrets);
    expect(await openSession(cookie, [secret(), ...secrets], NOW)).toEqual(session);
  });

  it('has a CSRF token of its own', () => {
    const other = beginSession({ id: session.id, name: session.name, token: session.token }, NOW);
    expect(other.csrf).toHaveLength(24);
    expect(other.csrf).not.toBe(session.csrf);
  });
});
