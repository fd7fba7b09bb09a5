import * as z from 'zod';
import { Id, page, prose, Timestamp } from './common.ts';
import { ActorType } from './status.ts';

export const Note = z
  .object({
    id: Id,
    profile: Id,
    text: z.string(),
    actor_type: ActorType,
    actor_id: z.string().nullable(),
    created: Timestamp,
  })
  .meta({ id: 'Note' });
export type Note = z.infer<typeof Note>;

export const Notes = page(Note).meta({ id: 'Notes' });
export const CreateNoteBody = z
  .strictObject({ text: prose(4000).meta({ example: 'Called the applicant back.' }) })
  .meta({ id: 'CreateNote' });
