import { describe, expect, it } from 'vitest';
import { createManagedKey, parseManagedKey } from '../../../src/auth/managed-key-format.ts';
import { addressBlock } from '../../../src/lib/address-block.ts';

const anyId = () => `a${crypto.randomUUID().replaceAll('-', '').slice(0, 14)}`;

describe('a managed key', () => {
  it('names its environment and record, and never comes twice', () => {
    const keys = Array.from({ length: 1000 }, () => {
      const id = anyId();
      return { id, ...createManagedKey('live', id) };
    });
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1000);
    for (const { key, id, prefix } of keys) {
      expect(key).toMatch(/^ek_live_[a-z0-9]{15}[0-9A-Za-z]{34}$/);
      expect(parseManagedKey(key)).toEqual({ environment: 'live', id });
      expect(prefix).toBe(`ek_live_${id}`);
    }
  });

  it('is refused with any one character mistyped, or two swapped', () => {
    const { key } = createManagedKey('test', anyId());
    for (let i = 0; i < key.length; i++) {
      const other = key[i] === 'x' ? 'y' : 'x';
      expect(parseManagedKey(key.slice(0, i) + other + key.slice(i + 1))).toBeNull();
      if (key[i] === key[i + 1] || i + 1 === key.length) continue;
      expect(parseManagedKey(key.slice(0, i) + key[i + 1] + key[i] + key.slice(i + 2))).toBeNull();
    }
    expect(parseManagedKey(key)).not.toBeNull();
    expect(parseManagedKey(`${key}0`)).toBeNull();
    expect(parseManagedKey('')).toBeNull();
  });

  it('uses every character of its alphabet about equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      for (const character of createManagedKey('live', anyId()).key.slice(23, -6)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    const expected = (2000 * 28) / 62;
    expect(counts.size).toBe(62);
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected / 4);
  });
});

describe('an address block', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %s is %s', (address, block) => expect(addressBlock(address)).toBe(block));
});
