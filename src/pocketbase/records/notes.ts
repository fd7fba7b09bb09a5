import * as z from 'zod';
import { ActorType } from '../../schemas/status.ts';
import { id, replayed, text, time } from './common.ts';

export const NoteRow = z.object({
  id,
  profile: id,
  seq: z.int(),
  text: z.string(),
  actor_type: ActorType,
  actor_id: text,
  created: time,
});
export type NoteRow = z.infer<typeof NoteRow>;

export const NoteAnswer = NoteRow.extend({ replayed });
