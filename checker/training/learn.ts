/** Backpropagation through the reader's net, and Adam. */
import { ANSWERS } from '../../src/lib/zones/alphabet.ts';
import { DENSE, FEATURES, FIRST, Net, type Plane, SHAPES, TENSORS, type Weights } from '../../src/lib/zones/net.ts';
import type { Random } from './random.ts';
import type { Sample } from './samples.ts';

const FAN_IN: Partial<Record<string, number>> = { kernels1: 9, kernels2: 9 * FIRST, dense: FEATURES, answers: DENSE };

export function randomWeights(random: Random): Weights {
  const weights = empty();
  for (const tensor of TENSORS) {
    const fan = FAN_IN[tensor];
    if (fan) weights[tensor] = weights[tensor].map(() => random.bell() * Math.sqrt(6 / fan));
  }
  return weights;
}

const empty = () => Object.fromEntries(TENSORS.map((tensor) => [tensor, new Float32Array(SHAPES[tensor])])) as Weights;

export class Learner {
  readonly net: Net;
  readonly #slopes = empty();
  readonly #means = empty();
  readonly #squares = empty();
  #steps = 0;
  readonly #features = new Float32Array(FEATURES);
  readonly #hidden = new Float32Array(DENSE);
  readonly #pooled1: Float32Array;

  constructor(weights: Weights) {
    this.net = new Net(weights);
    this.#pooled1 = new Float32Array(this.net.pooled1.data.length);
  }

  /** Adds this sample's slopes; gives the loss. */
  look({ cell, answer }: Sample): number {
    const { net } = this;
    const slopes = this.#slopes;
    const out = net.read(cell);
    const loss = -Math.log((out[answer] as number) + 1e-9);
    (out[answer] as number) -= 1;
    backConnect(out, net.hidden, net.weights.answers, slopes.answers, slopes.answerBiases, this.#hidden);
    for (let i = 0; i < DENSE; i++) if ((net.hidden[i] as number) <= 0) this.#hidden[i] = 0;
    backConnect(this.#hidden, net.features, net.weights.dense, slopes.dense, slopes.denseBiases, this.#features);
    const winners2 = backHalve(this.#features, net.features, net.convolved2, 0, 0);
    const layer2 = { kernels: net.weights.kernels2, slopes: slopes.kernels2, biases: slopes.biases2 };
    this.#pooled1.fill(0);
    backConvolve(winners2, net.convolved2, net.pooled1, layer2, this.#pooled1);
    const { data, stride, size } = net.pooled1;
    const winners1 = backHalve(this.#pooled1, data, net.convolved1, stride, size);
    const layer1 = { kernels: net.weights.kernels1, slopes: slopes.kernels1, biases: slopes.biases1 };
    backConvolve(winners1, net.convolved1, net.input, layer1, null);
    return loss;
  }

  /** One step of Adam by the mean slopes of the samples since the last one. */
  step(rate: number, samples: number): void {
    this.#steps++;
    const [warm1, warm2] = [1 - 0.9 ** this.#steps, 1 - 0.999 ** this.#steps];
    for (const tensor of TENSORS) {
      const [weights, slopes] = [this.net.weights[tensor], this.#slopes[tensor]];
      const [means, squares] = [this.#means[tensor], this.#squares[tensor]];
      for (let i = 0; i < weights.length; i++) {
        const slope = (slopes[i] as number) / samples;
        const mean = 0.9 * (means[i] as number) + 0.1 * slope;
        const square = 0.999 * (squares[i] as number) + 0.001 * slope * slope;
        means[i] = mean;
        squares[i] = square;
        (weights[i] as number) -= (rate * (mean / warm1)) / (Math.sqrt(square / warm2) + 1e-8);
        slopes[i] = 0;
      }
    }
  }
}

function backConnect(
  out: Float32Array,
  from: Float32Array,
  weights: Float32Array,
  slopes: Float32Array,
  biases: Float32Array,
  back: Float32Array,
): void {
  back.fill(0);
  for (let o = 0; o < out.length; o++) {
    const slope = out[o] as number;
    if (slope === 0) continue;
    (biases[o] as number) += slope;
    const base = o * from.length;
    for (let i = 0; i < from.length; i++) {
      (slopes[base + i] as number) += slope * (from[i] as number);
      (back[i] as number) += slope * (weights[base + i] as number);
    }
  }
}

/** A pixel of a layer and its slope, in pairs: only one pixel of four has any. */
type Slopes = number[];

/** Each slope goes to the one of the four that was the largest. Stride and size as in the net's `halve`. */
function backHalve(slopes: Float32Array, pooled: Float32Array, from: Plane, stride: number, size: number): Slopes {
  const winners: Slopes = [];
  let next = 0;
  for (let channel = 0; channel < from.channels; channel++) {
    for (let y = 0; y < from.height / 2; y++) {
      let at = stride === 0 ? next : channel * size + (y + 1) * stride + 1;
      for (let x = 0; x < from.width / 2; x++, at++, next++) {
        const most = pooled[at] as number;
        const slope = slopes[at] as number;
        if (most <= 0 || slope === 0) continue;
        const i = channel * from.size + (2 * y + 1) * from.stride + 2 * x + 1;
        const { data, stride: s } = from;
        winners.push(
          data[i] === most ? i : data[i + 1] === most ? i + 1 : data[i + s] === most ? i + s : i + s + 1,
          slope,
        );
      }
    }
  }
  return winners;
}

function backConvolve(
  winners: Slopes,
  out: Plane,
  from: Plane,
  layer: { kernels: Float32Array; slopes: Float32Array; biases: Float32Array },
  back: Float32Array | null,
): void {
  const s = from.stride;
  const offsets = [-s - 1, -s, -s + 1, -1, 0, 1, s - 1, s, s + 1];
  for (let w = 0; w < winners.length; w += 2) {
    const slope = winners[w + 1] as number;
    const o = ((winners[w] as number) / out.size) | 0;
    const place = (winners[w] as number) - o * out.size;
    (layer.biases[o] as number) += slope;
    for (let channel = 0; channel < from.channels; channel++) {
      const kernel = (o * from.channels + channel) * 9;
      for (let k = 0; k < 9; k++) {
        const at = channel * from.size + place + (offsets[k] as number);
        (layer.slopes[kernel + k] as number) += slope * (from.data[at] as number);
        if (back) (back[at] as number) += slope * (layer.kernels[kernel + k] as number);
      }
    }
  }
}

/** The answers are `ANSWERS` numbers: their largest is what the net says. */
export function bestAnswer(probabilities: Float32Array): number {
  let best = 0;
  for (let i = 1; i < ANSWERS; i++) if ((probabilities[i] as number) > (probabilities[best] as number)) best = i;
  return best;
}
