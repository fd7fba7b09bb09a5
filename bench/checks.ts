/**
 * `npm run bench -- checks [folder] [seed] [pictures]`: how often zones are read, and how surely, on drawn specimens at every stress and on
 * a folder's pictures. The fonts are those that the net has not been trained on.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { damage, greyPicture, STRESSES, type Stress } from '../checker/training/damage.ts';
import { KEPT_FOR_TESTS } from '../checker/training/fonts.ts';
import { drawSpecimen } from '../checker/training/specimens.ts';
import { unpackWeights } from '../src/lib/zones/net.ts';
import { readZone, type ZoneReading } from '../src/lib/zones/read-zone.ts';
import { WEIGHTS } from '../src/lib/zones/weights.ts';
import type { Row } from './lib/report.ts';
import { median } from './lib/statistics.ts';

const SEED = 7_001;
const PICTURES = 50;
const FORMATS = ['TD3', 'TD1', 'TD2', 'MRV-A', 'MRV-B'] as const;
/** What is asked of a stress: shares of the pictures that are read exactly, and of those the share that is sure. */
const GOALS: Partial<Record<Stress, { exact: number; sure?: number }>> = {
  scan: { exact: 0.98, sure: 0.9 },
  good: { exact: 0.98, sure: 0.9 },
  phone: { exact: 0.98, sure: 0.9 },
  poor: { exact: 0.98, sure: 0.7 },
  '500 px': { exact: 0.98 },
  noise: { exact: 0.98 },
  q20: { exact: 0.98 },
  'tilt 14°': { exact: 0.98 },
  'turned 90°': { exact: 0.98 },
  'turned 180°': { exact: 0.98 },
  'turned 270°': { exact: 0.98 },
  'blur 3 px': { exact: 0.85 },
  'perspective 12 %': { exact: 0.85 },
  'strong shade': { exact: 0.85 },
};

type Reader = (image: Buffer | string) => Promise<ZoneReading | null>;

export async function measureChecks(words: string[]): Promise<Row[]> {
  const [seed = SEED, pictures = PICTURES] = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const folder = words.find((word) => !/^\d+$/.test(word));
  const weights = unpackWeights(WEIGHTS);
  const read: Reader = async (image) => readZone(await greyPicture(image), weights);
  const rows: Row[] = [];
  for (const stress of Object.keys(STRESSES) as Stress[]) {
    const row = await measureStress(read, stress, seed, pictures);
    rows.push(row);
    console.log(`${stress}:`, row.figures);
  }
  const forced = rows.reduce((sum, { figures }) => sum + (figures['sure and wrong'] as number), 0);
  rows.push({
    name: 'sure-and-wrong',
    title: 'Sure and wrong, of all',
    unit: 'pictures',
    figures: { reader: forced },
    comparisons: [{ by: 'none', ratio: forced, atMost: 0 }],
  });
  return folder ? [...rows, ...(await measureFolder(read, folder))] : rows;
}

async function measureStress(read: Reader, stress: Stress, seed: number, pictures: number): Promise<Row> {
  const counts = { exact: 0, sure: 0, 'sure and wrong': 0 };
  const times: number[] = [];
  for (let i = 0; i < pictures; i++) {
    const own = seed * 1_000 + i;
    const font = KEPT_FOR_TESTS[i % KEPT_FOR_TESTS.length] as (typeof KEPT_FOR_TESTS)[number];
    const specimen = drawSpecimen({ format: FORMATS[i % FORMATS.length] as (typeof FORMATS)[number], seed: own, font });
    const image = await damage(specimen, stress, own);
    const began = performance.now();
    const reading = await read(image);
    times.push(performance.now() - began);
    const isExact = reading?.lines.join('\n') === specimen.lines.join('\n');
    if (isExact) counts.exact++;
    if (reading?.isSure) counts[isExact ? 'sure' : 'sure and wrong']++;
  }
  const goal = GOALS[stress];
  return {
    name: stress,
    title: stress,
    unit: `of ${pictures}`,
    figures: { ...counts, ms: median(times) },
    comparisons: [
      ...(goal ? [{ by: 'exact of all', ratio: counts.exact / pictures, atLeast: goal.exact }] : []),
      ...(goal?.sure
        ? [{ by: 'sure of exact', ratio: counts.sure / Math.max(1, counts.exact), atLeast: goal.sure }]
        : []),
    ],
  };
}

/** What stands on these pictures is not known: a zone with right check digits counts as read. */
async function measureFolder(read: Reader, folder: string): Promise<Row[]> {
  const images = readdirSync(folder).filter((file) => /\.(jpe?g|png|webp)$/i.test(file));
  const rows: Row[] = [];
  for (const file of images.sort()) {
    const began = performance.now();
    const reading = await read(join(folder, file));
    const ms = performance.now() - began;
    console.log(`${file}\n    ${reading?.lines.join('\n    ') ?? 'no zone'}`);
    const figures = { right: Number(reading?.checkDigits === 'right'), sure: Number(reading?.isSure ?? false), ms };
    rows.push({ name: file, title: file, unit: 'of 1', figures, comparisons: [] });
  }
  return rows;
}
