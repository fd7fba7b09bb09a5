import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { damage } from '../../../checker/training/damage.ts';
import { drawSpecimen } from '../../../checker/training/specimens.ts';
import { FORMATS, type Format, isRight } from '../../../src/lib/zones/formats.ts';

describe('drawn specimens', () => {
  it.each(Object.keys(FORMATS) as Format[])('%s has the lines of its format, and right check digits', (format) => {
    for (let seed = 0; seed < 4; seed++) {
      const { lines } = drawSpecimen({ format, seed });
      expect(lines.map(({ length }) => length)).toEqual(FORMATS[format].lines.map(({ length }) => length));
      for (const digit of FORMATS[format].checkDigits) expect(isRight(lines, digit)).toBe(true);
    }
  });

  it('the same seed draws the same, and a wish stands before chance', () => {
    expect(drawSpecimen({ format: 'TD3', seed: 5 })).toEqual(drawSpecimen({ format: 'TD3', seed: 5 }));
    const { lines } = drawSpecimen({ format: 'TD3', seed: 5, fields: { surname: 'DOE', given: '', number: 'X12' } });
    expect(lines[0]).toMatch(/^P<[A-Z<]{3}DOE<+$/);
    expect(lines[1]).toMatch(/^X12<<<<<</);
  });

  it('long names are cut where the line ends', () => {
    const fields = { surname: 'WOLFESCHLEGELSTEINHAUSENBERGERDORFF', given: 'ALEXANDRINA' };
    expect(drawSpecimen({ format: 'TD1', seed: 5, fields }).lines[2]).toBe('WOLFESCHLEGELSTEINHAUSENBERGER');
  });

  it('damage gives a JPEG of the width that was asked, the same for the same seed', async () => {
    const specimen = drawSpecimen({ format: 'TD1', seed: 6 });
    const picture = await damage(specimen, '300 px', 6);
    expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 300 });
    expect((await damage(specimen, '300 px', 6)).equals(picture)).toBe(true);
    expect((await damage(specimen, '300 px', 7)).equals(picture)).toBe(false);
  });
});
