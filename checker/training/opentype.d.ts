/** What is used of opentype.js. Its public types bring those of the DOM with them, which would then hold in all of the project. */
declare module 'opentype.js' {
  export interface PathCommand {
    type: 'M' | 'L' | 'C' | 'Q' | 'Z';
    x?: number;
    y?: number;
    x1?: number;
    y1?: number;
    x2?: number;
    y2?: number;
  }
  export interface Font {
    unitsPerEm: number;
    charToGlyph(character: string): { advanceWidth?: number; getBoundingBox(): { y2: number } };
    getPath(text: string, x: number, y: number, size: number): { commands: PathCommand[] };
  }
  const opentype: { parse(bytes: ArrayBuffer): Font };
  export default opentype;
}
