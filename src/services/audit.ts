import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst, pocketBaseTime } from '../pocketbase/newest-first.ts';
import { AuditRow } from '../pocketbase/records.ts';
import type { AuditQuery } from '../schemas/audit.ts';
import type { Caller } from './caller.ts';

export function listAudit(pb: PocketBaseClient, caller: Caller, { profile, actor, from, to, ...query }: AuditQuery) {
  return listNewestFirst(pb, 'audit_log', AuditRow, query, {
    conditions: [
      ['partner', '=', caller.partner],
      ['profile', '=', profile],
      ['actor_id', '=', actor],
      ['created', '>=', pocketBaseTime(from)],
      ['created', '<', pocketBaseTime(to)],
    ],
  });
}
