import { expect, it } from 'vitest';
import { open, seal } from '../../../src/lib/sealed-box.ts';

const PURPOSE = 'test';
const [NEW, OLD, OTHER] = ['new-secret', 'old-secret', 'other-secret'];
const openWith = (secrets: string[], box: string, purpose = PURPOSE) => open(box, { secrets, purpose });

it('the first secret seals, and each secret of the list opens', async () => {
  const box = await seal('Ánh', { secrets: [OLD], purpose: PURPOSE });
  expect(await openWith([NEW, OLD], box)).toBe('Ánh');
  const renewed = await seal('Ánh', { secrets: [NEW, OLD], purpose: PURPOSE });
  expect(await openWith([NEW], renewed)).toBe('Ánh');
  expect(await openWith([OLD], renewed)).toBeNull();
});

it('no other secret, no other purpose, and no box of another form opens', async () => {
  const secrets = [NEW, OLD];
  const box = await seal('text', { secrets, purpose: PURPOSE });
  expect(await openWith([OTHER], box)).toBeNull();
  expect(await openWith(secrets, box, 'another purpose')).toBeNull();
  for (const none of ['', 'x', '!!!', `${box}AAAA`, box.slice(0, -4), box.slice(0, 8)]) {
    expect(await openWith(secrets, none)).toBeNull();
  }
});
