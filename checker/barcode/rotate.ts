import type { Picture } from '../../src/lib/zones/picture.ts';

const PAPER = 255;

/** The whole picture, turned by `degrees` and made smaller to `edge` pixels at its longer side; what lies outside is white. */
export function turn({ width, height, data }: Picture, degrees: number, edge: number): Picture {
  const scale = Math.min(1, edge / Math.max(width, height));
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const turned = {
    width: Math.ceil(scale * (width * Math.abs(cos) + height * Math.abs(sin))),
    height: Math.ceil(scale * (width * Math.abs(sin) + height * Math.abs(cos))),
  };
  const out = new Uint8Array(turned.width * turned.height);
  for (let y = 0; y < turned.height; y++) {
    for (let x = 0; x < turned.width; x++) {
      const dx = (x + 0.5 - turned.width / 2) / scale;
      const dy = (y + 0.5 - turned.height / 2) / scale;
      const fromX = dx * cos + dy * sin + width / 2 - 0.5;
      const fromY = dy * cos - dx * sin + height / 2 - 0.5;
      out[y * turned.width + x] = pixel(data, width, height, fromX, fromY);
    }
  }
  return { ...turned, data: out };
}

/** Between its four neighbours. */
function pixel(data: Uint8Array, width: number, height: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return PAPER;
  const at = top * width + left;
  const right = x - left;
  const down = y - top;
  const upper = (data[at] as number) * (1 - right) + (data[at + 1] as number) * right;
  const lower = (data[at + width] as number) * (1 - right) + (data[at + width + 1] as number) * right;
  return upper * (1 - down) + lower * down;
}
