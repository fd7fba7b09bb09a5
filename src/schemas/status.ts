import * as z from 'zod';
import table from '../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import { given, Id, page, prose, Timestamp } from './common.ts';

/** What each status may become. The file is PocketBase's own: hooks and Worker read one table. */
export const STATUS_TABLE: Record<Status, Status[]> = table as Record<Status, Status[]>;

const STATUSES = Object.keys(table) as [keyof typeof table, ...(keyof typeof table)[]];
export const Status = z.enum(STATUSES).meta({ id: 'Status', description: 'Where the verification stands' });
export type Status = z.infer<typeof Status>;

/** Statuses in which partners and applicants may still change fields and documents. */
export const OPEN_STATUSES: readonly Status[] = ['unverified', 'pending', 'resubmission_requested'];

/** Statuses for which no link is issued: there is nothing the applicant could do. A repeated create revives an expired profile. */
export const LINKLESS_STATUSES: readonly Status[] = ['approved', 'rejected', 'expired', 'canceled'];

export const ReasonCode = z
  .enum([
    'document_missing',
    'document_unreadable',
    'document_expired',
    'document_not_accepted',
    'document_altered',
    'data_mismatch',
    'photo_unclear',
    'face_mismatch',
    'underage',
    'fraud_suspected',
    'withdrawn',
    'inactivity',
    'other',
  ])
  .meta({ id: 'ReasonCode', description: 'Why the status changed; for partner and applicant' });

export const ActorType = z
  .enum(['partner', 'reviewer', 'applicant', 'service', 'system', 'superuser'])
  .meta({ id: 'ActorType' });

export const StatusChange = z
  .object({
    id: Id,
    profile: Id,
    from: Status.nullable().meta({ description: '`null` at creation' }),
    to: Status,
    reason_code: ReasonCode.nullable(),
    reason: z.string().nullable().meta({ description: 'For partner and applicant' }),
    note: z.string().nullable().optional().meta({ description: 'Private: internal keys and reviewers only' }),
    actor_type: ActorType,
    actor_id: z.string().nullable().optional().meta({ description: 'Internal keys and reviewers only' }),
    request_id: z.string().nullable(),
    created: Timestamp,
  })
  .meta({ id: 'StatusChange', description: 'One row of the append-only history' });
export type StatusChange = z.infer<typeof StatusChange>;

export const StatusHistory = page(StatusChange).meta({ id: 'StatusHistory' });

export const ChangeStatusBody = z
  .strictObject({
    status: Status.meta({ example: 'approved' }),
    reason_code: ReasonCode.nullish(),
    reason: prose(1000).nullish().meta({ description: 'Shown to partner and applicant' }),
    note: prose(4000).nullish().meta({ description: 'Private to reviewers and internal keys' }),
    expected_status: Status.nullish().meta({
      description: 'Refuse with `status_conflict` unless the profile is in it; reviewers must send it',
    }),
  })
  .transform(given)
  .meta({ id: 'ChangeStatus' });
export type ChangeStatusBody = z.infer<typeof ChangeStatusBody>;

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
