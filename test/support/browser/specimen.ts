import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { drawSpecimen } from '../../../checker/training/specimens.ts';
import type { Format } from '../../../src/lib/zones/formats.ts';

const SEED = 18;

interface Look {
  width?: number;
  height?: number;
  /** Deviation in pixels. */
  blur?: number;
  isDim?: boolean;
  /** A lamp's reflection over the middle of the zone. */
  hasGlare?: boolean;
}

const LAMP = `<radialGradient id="lamp"><stop offset=".7" stop-color="#fff"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
  <ellipse cx="50%" cy="90%" rx="12%" ry="9%" fill="url(#lamp)"/></svg>`;

/** A document of nobody as PNG, with a zone that can be read. */
export function specimen(format: Format, { width = 1250, height, blur = 0, ...look }: Look = {}): Promise<Buffer> {
  const { svg } = drawSpecimen({ format, seed: SEED });
  const drawn = look.hasGlare ? svg.replace('</svg>', LAMP) : svg;
  let picture = sharp(Buffer.from(drawn)).resize(width, height, { fit: height ? 'fill' : 'inside' });
  if (blur > 0) picture = picture.blur(blur);
  if (look.isDim) picture = picture.linear(0.15, 0);
  return picture.png().toBuffer();
}

/** The arguments with which Chromium's camera shows a passport. YUV4MPEG2 has the rate in its head; few frames a second, as each is painted in software. */
export async function specimenCamera(file: string): Promise<string[]> {
  const [width, height] = [1280, 900];
  const luma = await sharp(await specimen('TD3', { width, height }))
    .greyscale()
    .raw()
    .toBuffer();
  const chroma = Buffer.alloc((width * height) / 2, 128);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F5:1 Ip A1:1 C420jpeg\nFRAME\n`), luma, chroma]),
  );
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ];
}
