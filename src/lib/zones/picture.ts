/** 8-bit grey, row by row, 0 black. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface Point {
  x: number;
  y: number;
}

/** Between the four pixels around the point; outside, the nearest pixel of the edge. */
export function sample({ width, height, data }: Picture, x: number, y: number): number {
  const px = Math.min(Math.max(x, 0), width - 1);
  const py = Math.min(Math.max(y, 0), height - 1);
  const i = px | 0;
  const j = py | 0;
  const fx = px - i;
  const fy = py - j;
  const at = j * width + i;
  const top = (1 - fx) * (data[at] ?? 0) + fx * (data[at + 1] ?? 0);
  const foot = (1 - fx) * (data[at + width] ?? 0) + fx * (data[at + width + 1] ?? 0);
  return (1 - fy) * top + fy * foot;
}

/** Averages the pixels that fall together, so that nothing flickers; a picture that is small already is enlarged between its pixels. */
export function resize(picture: Picture, width: number, height: number): Picture {
  const data = new Uint8Array(width * height);
  const [stepX, stepY] = [picture.width / width, picture.height / height];
  const [nx, ny] = [Math.max(1, Math.round(stepX)), Math.max(1, Math.round(stepY))];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++) {
          sum += sample(picture, (x + (i + 0.5) / nx) * stepX - 0.5, (y + (j + 0.5) / ny) * stepY - 0.5);
        }
      }
      data[y * width + x] = sum / (nx * ny);
    }
  }
  return { width, height, data };
}

/** A quarter turn, clockwise. */
export function turn({ width, height, data }: Picture): Picture {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + height - 1 - y] = data[y * width + x] ?? 0;
  }
  return { width: height, height: width, data: turned };
}

/** Sums of everything above and left, one row and column larger than the picture: a mean over any box costs four reads. */
export function integrate({ width, height, data }: Picture): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  return sums;
}
