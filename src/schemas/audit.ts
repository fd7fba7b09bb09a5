import * as z from 'zod';
import { Id, Instant, line, PageQuery, page, Timestamp } from './common.ts';
import { ActorType } from './status.ts';

export const AuditAction = z
  .enum([
    'document.read',
    'status.decided',
    'key.created',
    'key.rotated',
    'key.revoked',
    'partner.created',
    'partner.updated',
    'profile.redacted',
  ])
  .meta({ id: 'AuditAction' });

export const AuditEntry = z
  .object({
    id: Id,
    action: AuditAction,
    profile: Id.nullable(),
    partner: z.string().nullable(),
    target: z
      .string()
      .nullable()
      .meta({ description: 'What was acted on, beside the profile: a kind, a status, a key' }),
    actor_type: ActorType,
    actor_id: z.string().nullable(),
    request_id: z.string().nullable(),
    created: Timestamp,
  })
  .meta({ id: 'AuditEntry', description: 'One row of the append-only audit log; without personal data' });

export const AuditLog = page(AuditEntry).meta({ id: 'AuditLog' });

export const AuditQuery = PageQuery.extend({
  profile: Id.optional(),
  actor: line(255).optional().meta({ description: '`actor_id` of the rows to show' }),
  from: Instant.optional().meta({ description: 'Not before' }),
  to: Instant.optional().meta({ description: 'Before' }),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
