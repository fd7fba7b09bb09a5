import type { Caller } from '../auth/caller.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listNewestFirst, pocketBaseTime } from '../pocketbase/lists.ts';
import { AuditRow } from '../pocketbase/records/audit.ts';
import type { AuditQuery } from '../schemas/audit.ts';

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
