import { expect, it } from 'vitest';
import { homography, project } from '../../../src/lib/zones/projection.ts';

const square = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

it('four points are taken to four others, and a straight line stays straight', () => {
  const seen = [
    { x: 10, y: 20 },
    { x: 210, y: 30 },
    { x: 190, y: 140 },
    { x: 20, y: 120 },
  ];
  const map = homography(square, seen);
  for (const [i, { x, y }] of square.entries()) {
    const at = project(map, x, y);
    expect(at.x).toBeCloseTo(seen[i]?.x as number);
    expect(at.y).toBeCloseTo(seen[i]?.y as number);
  }
  const [a, b, c] = [project(map, 0.1, 0.1), project(map, 0.4, 0.4), project(map, 0.9, 0.9)];
  expect((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).toBeCloseTo(0);
});
