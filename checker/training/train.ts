/**
 * `npm run train -w checker [-- steps seed]` trains the reader's net and writes `src/lib/zones/weights.ts`: the same seed gives the same
 * weights, on the same version of sharp. A third word, `on`, goes on from the weights that are there. The first line of the weights says by
 * which commands they came. 10,000 steps take ten minutes on one core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Net, SHAPES, TENSORS, unpackWeights, type Weights } from '../../src/lib/zones/net.ts';
import { bestAnswer, Learner, randomWeights } from './learn.ts';
import { Random } from './random.ts';
import { drawRow, type Row } from './rows.ts';
import { drawSamples, type Sample } from './samples.ts';

const BATCH = 32;
const RATE = 0.002;
const STEPS = 10_000;
const SEED = 20_261_128;
/** Rows that are known at one time, and how many steps pass until one of them is replaced by a new one. */
const ROWS = 600;
const STEPS_A_ROW = 8;
const WARM_UP = 200;
const TEST_SAMPLES = 8_000;

const FILE = join(import.meta.dirname, '../../src/lib/zones/weights.ts');

const [steps = STEPS, seed = SEED] = process.argv.slice(2, 4).map(Number);
const before = process.argv[4] === 'on' ? readFileSync(FILE, 'utf8') : '';
const random = new Random(seed);
const learner = new Learner(before ? unpackWeights(/'([^']+)'/.exec(before)?.[1] ?? '') : randomWeights(random));
const rows: Row[] = [];
for (let i = 0; i < ROWS; i++) rows.push(await drawRow(random));

let loss = 0;
for (let step = 1; step <= steps; step++) {
  if (step % STEPS_A_ROW === 0) rows[random.integer(ROWS)] = await drawRow(random);
  for (const sample of take(BATCH)) loss += learner.look(sample);
  const rate =
    (before ? 0.6 : 1) *
    RATE *
    (step < WARM_UP ? step / WARM_UP : (1 + Math.cos((Math.PI * step) / steps)) / 2 + 0.005);
  learner.step(rate, BATCH);
  if (step % 500 === 0) {
    console.log(`step ${step}: loss ${(loss / BATCH / 500).toFixed(4)}`);
    loss = 0;
  }
}
const packed = pack(learner.net.weights);
keep(packed);
judge(new Net(unpackWeights(packed)));

function* take(count: number): Generator<Sample> {
  for (let taken = 0; taken < count; ) {
    for (const sample of drawSamples(random, random.pick(rows))) {
      yield sample;
      if (++taken === count) return;
    }
  }
}

/** 8-bit numbers: the largest weight of a tensor is 127. */
function pack(weights: Weights): string {
  const bytes = TENSORS.flatMap((tensor) => {
    const scale = weights[tensor].reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9) / 127;
    const numbers = Int8Array.from(weights[tensor], (weight) => Math.round(weight / scale));
    return [Buffer.from(Float32Array.of(scale).buffer), Buffer.from(numbers.buffer)];
  });
  return Buffer.concat(bytes).toString('base64');
}

function keep(weights: string): void {
  const count = TENSORS.reduce((sum, tensor) => sum + SHAPES[tensor], 0);
  const commands = [/by (.+?) \*\//.exec(before)?.[1], `\`train ${steps} ${seed}${before && ' on'}\``]
    .filter(Boolean)
    .join(', ');
  const head = `/** ${count} weights of 8 bits, by ${commands} */`;
  writeFileSync(FILE, `${head}\nexport const WEIGHTS =\n  '${weights}';\n`);
}

function judge(net: Net): void {
  const counts = { right: 0, sure: 0, 'sure and wrong': 0 };
  for (const { cell, answer } of take(TEST_SAMPLES)) {
    const said = bestAnswer(net.read(cell));
    const isSure = (net.probabilities[said] as number) >= 0.95;
    if (said === answer) counts.right++;
    if (isSure) counts.sure++;
    if (isSure && said !== answer) counts['sure and wrong']++;
  }
  console.log(`of ${TEST_SAMPLES} cells:`, counts);
}
