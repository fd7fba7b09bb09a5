import { expect, it } from 'vitest';
import { Learner, randomWeights } from '../../../checker/training/learn.ts';
import { Random } from '../../../checker/training/random.ts';
import { drawRow } from '../../../checker/training/rows.ts';
import { drawSamples } from '../../../checker/training/samples.ts';
import { ALPHABET, NOTHING } from '../../../src/lib/zones/alphabet.ts';

it('a net that looks at the same cells again and again learns them', async () => {
  const random = new Random(3);
  const row = await drawRow(random);
  const samples = Array.from({ length: 4 }, () => [...drawSamples(random, row)]).flat();
  for (const { answer } of samples)
    expect(answer === NOTHING || row.text.includes(ALPHABET[answer] as string)).toBe(true);
  const learner = new Learner(randomWeights(random));
  const look = () => samples.reduce((sum, sample) => sum + learner.look(sample), 0) / samples.length;
  const first = look();
  learner.step(0.002, samples.length);
  for (let i = 0; i < 60; i++) {
    look();
    learner.step(0.002, samples.length);
  }
  expect(look()).toBeLessThan(first / 4);
});

it('the same seed draws the same row', async () => {
  expect(await drawRow(new Random(8))).toEqual(await drawRow(new Random(8)));
});
