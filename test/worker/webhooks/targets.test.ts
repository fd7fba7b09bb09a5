import { describe, expect, it } from 'vitest';
import { refuseTarget, type TargetPolicy } from '../../../src/webhooks/targets.ts';
import { GOOD, HOSTILE, OWN_HOSTS } from '../../support/webhooks/targets.ts';

const policy: TargetPolicy = { isDevelopment: false, ownHosts: OWN_HOSTS, deniedHosts: ['denied.example'] };
const development: TargetPolicy = {
  isDevelopment: true,
  ownHosts: ['127.0.0.1:8787', '127.0.0.1:8090'],
  deniedHosts: [],
};

describe('refuseTarget', () => {
  it.each(HOSTILE)('refuses %s', (_, url) => {
    expect(refuseTarget(url, policy)).toEqual(expect.any(String));
  });

  it.each(GOOD)('accepts %s', (url) => {
    expect(refuseTarget(url, policy)).toBeNull();
  });

  it('is given more than enough of both', () => {
    expect(new Set(HOSTILE.map(([, url]) => url)).size).toBeGreaterThanOrEqual(40);
    expect(GOOD.length).toBeGreaterThanOrEqual(10);
  });

  it.each([
    'http://127.0.0.1:9999/',
    'http://localhost:3000/hook',
    'http://[::1]:3000/',
    'https://localhost/',
    'http://hooks.example.com/',
  ])('accepts %s under development', (url) => {
    expect(refuseTarget(url, development)).toBeNull();
  });

  it.each(['http://127.0.0.1:8787/', 'http://localhost:8090/', 'http://[::1]:8090/', 'http://2130706433:8787/'])(
    'refuses our own %s even under development',
    (url) => {
      expect(refuseTarget(url, development)).toBe('This host is not accepted');
    },
  );

  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'https://[fd00::1]/',
    'http://printer.local/',
    'ftp://127.0.0.1/',
  ])('refuses %s even under development', (url) => {
    expect(refuseTarget(url, development)).toEqual(expect.any(String));
  });
});
