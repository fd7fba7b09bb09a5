/** Letters as outlines out of the font files beside this one, so that nothing has to be installed. See fonts/LICENCES.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import opentype, { type Font, type PathCommand } from 'opentype.js';

const FILES = {
  'ocr-b': 'OCRB.otf',
  'ocr-b-slanted': 'OCRBL.otf',
  typewriter: 'courier-prime.woff',
  // The reader has not been trained on these two: the bench and the tests draw with them.
  'ocr-b-square': 'OCRBS.otf',
  'ocr-b-tall': 'OCRB7.ttf',
};
export type FontName = keyof typeof FILES;

export const KEPT_FOR_TESTS: readonly FontName[] = ['ocr-b-square', 'ocr-b-tall'];

export class Face {
  readonly #font: Font;
  readonly #glyphs = new Map<string, { commands: PathCommand[]; advance: number }>();
  /** The height of a capital letter by the font's size. */
  readonly capHeight: number;

  constructor(name: FontName) {
    const bytes = readFileSync(join(import.meta.dirname, 'fonts', FILES[name]));
    this.#font = opentype.parse(new Uint8Array(bytes).buffer);
    this.capHeight = this.#font.charToGlyph('H').getBoundingBox().y2 / this.#font.unitsPerEm;
  }

  /** The path data of one character whose middle stands on `x` and whose foot on `y`, with capitals of the given height. */
  outline(character: string, x: number, y: number, height: number): string {
    const { commands, advance } = this.#glyphOf(character);
    const size = height / this.capHeight;
    const left = x - (advance / 2) * size;
    // opentype.js' own toPathData gives NaN for numbers as small as 1e-13.
    const at = (px = 0, py = 0) => `${(left + px * size).toFixed(2)} ${(y + py * size).toFixed(2)}`;
    return commands
      .map(({ type, x: toX, y: toY, x1, y1, x2, y2 }) => {
        if (type === 'Z') return 'Z';
        const handles = [type === 'C' || type === 'Q' ? at(x1, y1) : '', type === 'C' ? at(x2, y2) : ''];
        return `${type}${[...handles, at(toX, toY)].filter(Boolean).join(' ')}`;
      })
      .join('');
  }

  /** Of size 1. */
  #glyphOf(character: string) {
    const known = this.#glyphs.get(character);
    if (known) return known;
    const advance = (this.#font.charToGlyph(character).advanceWidth ?? 0) / this.#font.unitsPerEm;
    const glyph = { commands: this.#font.getPath(character, 0, 0, 1).commands, advance };
    this.#glyphs.set(character, glyph);
    return glyph;
  }
}

const faces = new Map<FontName, Face>();

export function faceOf(name: FontName): Face {
  const face = faces.get(name) ?? new Face(name);
  faces.set(name, face);
  return face;
}
