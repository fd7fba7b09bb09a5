import * as z from 'zod';
import { AuditAction } from '../../schemas/audit.ts';
import { ActorType } from '../../schemas/status.ts';
import { id, text, time } from './common.ts';

export const AuditRow = z.object({
  id,
  action: AuditAction,
  profile: text,
  partner: text,
  target: text,
  actor_type: ActorType,
  actor_id: text,
  credential_id: text,
  request_id: text,
  created: time,
});
export type AuditRow = z.infer<typeof AuditRow>;
