import * as z from 'zod';
import actions from '../../pocketbase/hooks/lib/shared/audit-actions.json' with { type: 'json' };
import { Id, Instant, line, PageQuery, page, Timestamp } from './common.ts';
import { ActorType } from './status.ts';

export const AuditAction = z.enum(actions as [string, ...string[]]).meta({ id: 'AuditAction' });

export const AuditEntry = z
  .object({
    id: Id,
    action: AuditAction,
    profile: Id.nullable(),
    partner: z.string().nullable(),
    target: z
      .string()
      .nullable()
      .meta({ description: 'What was acted on: the names of fields, a kind and version, a status, a key' }),
    actor_type: ActorType,
    actor_id: z.string().nullable(),
    credential_id: z.string().nullable().meta({ description: 'Names the key without telling it' }),
    request_id: z.string().nullable(),
    created: Timestamp,
  })
  .meta({ id: 'AuditEntry', description: 'One row of the append-only audit log; without personal data' });

export const AuditLog = page(AuditEntry).meta({ id: 'AuditLog' });

export const AuditQuery = PageQuery.extend({
  profile: Id.optional().meta({ description: 'Whose rows to show' }),
  actor: line(255).optional().meta({ description: '`actor_id` of the rows to show' }),
  from: Instant.optional().meta({ description: 'Not before' }),
  to: Instant.optional().meta({ description: 'Before' }),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
