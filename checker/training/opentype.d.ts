/** What is used of opentype.js. Its public types bring those of the DOM with them, which would then hold in all of the project. */
declare module 'opentype.js' {
  export interface Font {
    unitsPerEm: number;
    charToGlyph(character: string): { advanceWidth?: number; getBoundingBox(): { y2: number } };
    getPath(text: string, x: number, y: number, size: number): { toPathData(decimals: number): string };
  }
  const opentype: { parse(bytes: ArrayBuffer): Font };
  export default opentype;
}
