import { expect, it } from 'vitest';
import { ANSWERS, NOTHING } from '../../../src/lib/zones/alphabet.ts';
import { hiddenTiles, withoutHidden } from '../../../src/lib/zones/glare.ts';

const line = (ranges: number[], empty: number[] = []) => ({
  contrasts: ranges.map((range) => ({ ink: 220 - range, paper: 220 })),
  probabilities: ranges.map((_, i) => {
    const answer = new Float32Array(ANSWERS);
    answer[empty.includes(i) ? NOTHING : 0] = 1;
    return answer;
  }),
  places: [],
  pitch: 20,
  fit: 0,
});

it('tiles without the contrast of their line are hidden, and so is where the net sees nothing', () => {
  const readings = [line([150, 150, 40, 30, 140, 150]), line([150, 150, 150, 150, 150, 150], [5])];
  expect(hiddenTiles(readings)).toEqual([
    { line: 0, from: 2, to: 4 },
    { line: 1, from: 5, to: 6 },
  ]);
});

it('a line that is faint all along hides nothing', () => {
  expect(hiddenTiles([line([30, 32, 28, 30])])).toEqual([]);
});

it('a hidden character has no confidence, and the others keep theirs', () => {
  expect(withoutHidden([[0.9, 0.99, 0.98]], [{ line: 0, from: 1, to: 2 }])).toEqual([[0.9, 0, 0.98]]);
});
