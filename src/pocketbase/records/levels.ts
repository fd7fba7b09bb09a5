import * as z from 'zod';
import { LevelSpec } from '../../schemas/level.ts';
import { id, text, time } from './common.ts';

export const LevelRow = z.object({
  id,
  partner: text,
  name: z.string(),
  version: z.int(),
  spec: LevelSpec,
  created: time,
});
export type LevelRow = z.infer<typeof LevelRow>;
