/**
 * The net that reads one cell: two convolutions of 3×3, each halved by its largest answers, and two dense layers. Its weights are 8-bit
 * numbers with a scale per tensor, written by `npm run train -w checker`.
 */
import { ANSWERS } from './alphabet.ts';
import { CELL_HEIGHT, CELL_WIDTH } from './cells.ts';

export const FIRST = 8;
export const SECOND = 20;
export const DENSE = 64;
export const FEATURES = (SECOND * (CELL_WIDTH / 4) * CELL_HEIGHT) / 4;

export const SHAPES = {
  kernels1: 9 * FIRST,
  biases1: FIRST,
  kernels2: 9 * FIRST * SECOND,
  biases2: SECOND,
  dense: FEATURES * DENSE,
  denseBiases: DENSE,
  answers: DENSE * ANSWERS,
  answerBiases: ANSWERS,
};
export type Tensor = keyof typeof SHAPES;
export type Weights = Record<Tensor, Float32Array>;
export const TENSORS = Object.keys(SHAPES) as Tensor[];

/** Base64 of, tensor by tensor, a scale (float32, little-endian) and its numbers (int8). */
export function unpackWeights(packed: string): Weights {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const weights = {} as Weights;
  let at = 0;
  for (const tensor of TENSORS) {
    const scale = view.getFloat32(at, true);
    at += 4;
    weights[tensor] = Float32Array.from({ length: SHAPES[tensor] }, (_, i) => view.getInt8(at + i) * scale);
    at += SHAPES[tensor];
  }
  return weights;
}

/** Planes have a border of one pixel, always 0, so that a convolution is one long loop. */
export interface Plane {
  channels: number;
  width: number;
  height: number;
  /** From one row to the next, and from one channel to the next. */
  stride: number;
  size: number;
  data: Float32Array;
}

function plane(channels: number, width: number, height: number): Plane {
  const stride = width + 2;
  const size = stride * (height + 2);
  return { channels, width, height, stride, size, data: new Float32Array(channels * size) };
}

/** What every layer answered, kept between calls: training goes back over it. */
export class Net {
  readonly weights: Weights;
  readonly #sharpness: number;
  readonly input = plane(1, CELL_WIDTH, CELL_HEIGHT);
  readonly convolved1 = plane(FIRST, CELL_WIDTH, CELL_HEIGHT);
  readonly pooled1 = plane(FIRST, CELL_WIDTH / 2, CELL_HEIGHT / 2);
  readonly convolved2 = plane(SECOND, CELL_WIDTH / 2, CELL_HEIGHT / 2);
  readonly features = new Float32Array(FEATURES);
  readonly hidden = new Float32Array(DENSE);
  readonly probabilities = new Float32Array(ANSWERS);

  /** `sharpness`: 1 while it learns; above, its answers are surer than it has learned to be. */
  constructor(weights: Weights, sharpness = 1) {
    this.weights = weights;
    this.#sharpness = sharpness;
  }

  /** The probabilities of each character and of `NOTHING`; the array is used again by the next call. */
  read(cell: Float32Array): Float32Array {
    const { weights: w, input } = this;
    for (let y = 0; y < CELL_HEIGHT; y++) {
      input.data.set(cell.subarray(y * CELL_WIDTH, (y + 1) * CELL_WIDTH), (y + 1) * input.stride + 1);
    }
    convolve(input, w.kernels1, w.biases1, this.convolved1);
    halve(this.convolved1, this.pooled1.data, this.pooled1.stride, this.pooled1.size);
    convolve(this.pooled1, w.kernels2, w.biases2, this.convolved2);
    halve(this.convolved2, this.features, 0, 0);
    connect(this.features, w.dense, w.denseBiases, this.hidden);
    for (let i = 0; i < DENSE; i++) this.hidden[i] = Math.max(0, this.hidden[i] as number);
    connect(this.hidden, w.answers, w.answerBiases, this.probabilities);
    softmax(this.probabilities, this.#sharpness);
    return this.probabilities;
  }
}

/** The columns at a row's ends are computed too, from what doesn't belong together; nobody reads them. */
function convolve(from: Plane, kernels: Float32Array, biases: Float32Array, to: Plane): void {
  const { stride: s, size } = from;
  const [a, b] = [from.data, to.data];
  const [first, end] = [s + 1, size - s - 1];
  for (let out = 0; out < to.channels; out++) {
    const base = out * size;
    b.fill(biases[out] as number, base, base + size);
    for (let channel = 0; channel < from.channels; channel++) {
      const k = (out * from.channels + channel) * 9;
      const [k0, k1, k2] = [kernels[k] as number, kernels[k + 1] as number, kernels[k + 2] as number];
      const [k3, k4, k5] = [kernels[k + 3] as number, kernels[k + 4] as number, kernels[k + 5] as number];
      const [k6, k7, k8] = [kernels[k + 6] as number, kernels[k + 7] as number, kernels[k + 8] as number];
      let at = base + first;
      for (let i = channel * size + first; i < channel * size + end; i++, at++) {
        (b[at] as number) +=
          k0 * (a[i - s - 1] as number) +
          k1 * (a[i - s] as number) +
          k2 * (a[i - s + 1] as number) +
          k3 * (a[i - 1] as number) +
          k4 * (a[i] as number) +
          k5 * (a[i + 1] as number) +
          k6 * (a[i + s - 1] as number) +
          k7 * (a[i + s] as number) +
          k8 * (a[i + s + 1] as number);
      }
    }
  }
}

/** The largest of four, and 0 if all are below. With a stride of 0 the answers stand one behind the other. */
function halve(from: Plane, to: Float32Array, stride: number, size: number): void {
  let next = 0;
  for (let channel = 0; channel < from.channels; channel++) {
    for (let y = 0; y < from.height / 2; y++) {
      let at = stride === 0 ? next : channel * size + (y + 1) * stride + 1;
      for (let x = 0; x < from.width / 2; x++, next++) {
        const i = channel * from.size + (2 * y + 1) * from.stride + 2 * x + 1;
        const top = Math.max(from.data[i] as number, from.data[i + 1] as number);
        const foot = Math.max(from.data[i + from.stride] as number, from.data[i + from.stride + 1] as number);
        to[at++] = Math.max(0, top, foot);
      }
    }
  }
}

function connect(from: Float32Array, weights: Float32Array, biases: Float32Array, to: Float32Array): void {
  const inputs = from.length;
  for (let out = 0; out < to.length; out++) {
    let [even, odd] = [biases[out] as number, 0];
    const base = out * inputs;
    for (let i = 0; i < inputs; i += 2) {
      even += (weights[base + i] as number) * (from[i] as number);
      odd += (weights[base + i + 1] as number) * (from[i + 1] as number);
    }
    to[out] = even + odd;
  }
}

function softmax(values: Float32Array, sharpness: number): void {
  const most = Math.max(...values);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp(((values[i] as number) - most) * sharpness);
    total += values[i] as number;
  }
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / total;
}
