import * as z from 'zod';
import actorTypes from '../../pocketbase/hooks/lib/shared/actor-types.json' with { type: 'json' };
import reasonCodes from '../../pocketbase/hooks/lib/shared/reason-codes.json' with { type: 'json' };
import sets from '../../pocketbase/hooks/lib/shared/status-sets.json' with { type: 'json' };
import table from '../../pocketbase/hooks/lib/shared/statuses.json' with { type: 'json' };
import { given, Id, page, prose, Timestamp } from './common.ts';
import { DocumentKind } from './document.ts';

/** What each status may become. The file is PocketBase's own: hooks and Worker read one table. */
export const STATUS_TABLE: Record<Status, Status[]> = table as Record<Status, Status[]>;

const STATUSES = Object.keys(table) as [keyof typeof table, ...(keyof typeof table)[]];
export const Status = z.enum(STATUSES).meta({ id: 'Status', description: 'Where the verification stands' });
export type Status = z.infer<typeof Status>;

type Statuses = readonly Status[];
/** What waits for a reviewer. */
export const REVIEW_STATUSES = sets.review as Statuses;
/** Where nothing waits any more: nobody changes the profile, and no link leads to it. A repeated create revives an expired one. */
export const FINAL_STATUSES = sets.final as Statuses;
/** Which owe the applicant a reason. */
export const REASONED_STATUSES = sets.reasoned as Statuses;

type Code = keyof typeof reasonCodes;
export const ReasonCode = z
  .enum(Object.keys(reasonCodes) as [Code, ...Code[]])
  .meta({ id: 'ReasonCode', description: 'Why the status changed; for partner and applicant' });
export type ReasonCode = z.infer<typeof ReasonCode>;

type Actors = keyof typeof actorTypes;
export const ActorType = z.enum(Object.keys(actorTypes) as [Actors, ...Actors[]]).meta({ id: 'ActorType' });

export const StatusChange = z
  .object({
    id: Id,
    profile: Id,
    from: Status.nullable().meta({ description: '`null` at creation' }),
    to: Status,
    reason_code: ReasonCode.nullable(),
    reason: z.string().nullable().meta({ description: 'For partner and applicant' }),
    note: z.string().nullable().optional().meta({ description: 'Private: internal keys and reviewers only' }),
    kinds: z.array(DocumentKind).meta({ description: 'Of a resubmission: what was asked for again' }),
    evidence_version: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .nullable()
      .meta({ description: 'The evidence that stood when the status changed' }),
    evidence_sha256: z.string().nullable().meta({
      description:
        'Of `approved` and `rejected`: the digest of what was decided on, over a salt that an erasure removes',
    }),
    decided_by: z
      .literal('policy')
      .nullable()
      .meta({ description: '`policy`: the level’s policy moved it, no person' }),
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
    expected_evidence: z.int().min(1).max(Number.MAX_SAFE_INTEGER).nullish().meta({
      description:
        'Of `approved` and `rejected`: the `evidence_version` that was seen; on another one the answer is `evidence_changed`. Reviewers must send it',
    }),
    kinds: z.array(DocumentKind).max(DocumentKind.options.length).nullish().meta({
      description: 'Of `resubmission_requested`: what is asked for again; without it what the reason code says',
    }),
  })
  .transform(given)
  .meta({ id: 'ChangeStatus' });
export type ChangeStatusBody = z.infer<typeof ChangeStatusBody>;
