import * as z from 'zod';
import { DocumentKind } from '../../schemas/document.ts';
import { ActorType, ReasonCode, Status } from '../../schemas/status.ts';
import { id, replayed, text, time } from './common.ts';

export const StatusRow = z.object({
  id,
  profile: id,
  seq: z.int(),
  from: z.union([z.literal('').transform(() => null), Status]),
  to: Status,
  reason_code: z.union([z.literal('').transform(() => null), ReasonCode]),
  reason: text,
  note: text,
  kinds: z
    .array(DocumentKind)
    .nullish()
    .transform((value) => value ?? []),
  evidence_version: z.int().transform((value) => value || null),
  evidence_sha256: text,
  actor_type: ActorType,
  actor_id: text,
  request_id: text,
  created: time,
});
export type StatusRow = z.infer<typeof StatusRow>;

export const StatusAnswer = z.object({ changed: z.boolean(), row: StatusRow, replayed });
