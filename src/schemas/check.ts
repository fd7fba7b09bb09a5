import * as z from 'zod';
import codes from '../../pocketbase/hooks/lib/shared/check-codes.json' with { type: 'json' };
import outcomes from '../../pocketbase/hooks/lib/shared/check-outcomes.json' with { type: 'json' };
import types from '../../pocketbase/hooks/lib/shared/check-types.json' with { type: 'json' };
import patterns from '../../pocketbase/hooks/lib/shared/patterns.json' with { type: 'json' };
import { Id, page, Timestamp } from './common.ts';
import { DocumentKind, DocumentMeta } from './document.ts';

type Type = keyof typeof types;
export const CHECK_TYPES = Object.keys(types) as [Type, ...Type[]];
export const CheckType = z.enum(CHECK_TYPES).meta({ id: 'CheckType', description: 'What a check looks at' });
export type CheckType = z.infer<typeof CheckType>;

type Outcome = 'fail' | 'attention' | 'inconclusive' | 'not_run' | 'pass';
/** The worst first: of several outcomes this is the order in which one stands for all. */
export const OUTCOMES = outcomes as [Outcome, ...Outcome[]];
export const CheckOutcome = z.enum(OUTCOMES).meta({
  id: 'CheckOutcome',
  description:
    '`fail`: a fact speaks against it; `attention`: a person should look; `inconclusive`: it could not be told; `not_run`: nobody looked, which is no pass. Of several the worst counts, in this order',
});
export type CheckOutcome = z.infer<typeof CheckOutcome>;

type Code = keyof typeof codes;
export const CheckCode = z.enum(Object.keys(codes) as [Code, ...Code[]]).meta({ id: 'CheckCode' });

const DECLARED = ['full_name', 'country', 'document_type', 'document_number', 'date_of_birth'] as const;
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const Finding = z
  .strictObject({
    code: CheckCode,
    kind: DocumentKind.optional().meta({ description: 'The document that is meant' }),
    field: z
      .enum([...DECLARED, 'expiry'])
      .optional()
      .meta({ description: 'The field that is meant: a declared one, or the document’s expiry' }),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;

/** As levels and settings name it. */
export const PROVIDER_PATTERN = new RegExp(patterns.provider);
export const ProviderName = z.string().regex(PROVIDER_PATTERN).meta({
  id: 'ProviderName',
  description: 'Who does a check; `builtin` is the runner that comes with the product',
  example: 'builtin',
});
const version = z
  .string()
  .regex(/^[\w.+-]{1,64}$/)
  .meta({ example: '1.0.0' });
export const ClaimingProvider = z.strictObject({ name: ProviderName, version }).meta({ id: 'ClaimingProvider' });
export const CheckProvider = ClaimingProvider.extend({
  models: z
    .record(z.string().regex(/^[\w.-]{1,64}$/), version)
    .refine((value) => Object.keys(value).length <= 20, 'At most 20 models')
    .default({})
    .meta({ description: 'Versions or digests of the models that were used, by their name' }),
}).meta({ id: 'CheckProvider' });

const MOST_LEVELS = 32;
const isShallow = (value: unknown, levels = MOST_LEVELS): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1)));
const facts = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), z.unknown());
const scores = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), z.number());
const forThoseWhoReview = 'Reviewers and internal keys only';

/** What was looked at. The digest goes with an erasure. */
const CheckInput = z.object({ kind: DocumentKind, version: count.min(1), sha256: z.string() });

export const Check = z
  .object({
    id: Id,
    type: CheckType,
    status: z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'superseded']).meta({
      description:
        '`waiting`: for a vendor; `failed`: given out too often without a result; `superseded`: the evidence is another by now',
    }),
    outcome: CheckOutcome.nullable(),
    findings: z.array(Finding),
    scores: scores.optional().meta({ description: forThoseWhoReview }),
    facts: facts.optional().meta({ description: `What was read. ${forThoseWhoReview}` }),
    provider: z.object({ name: z.string(), version: z.string(), models: z.record(z.string(), z.string()) }).nullable(),
    inputs: z.array(CheckInput),
    evidence_version: count,
    attempt: count.meta({ description: 'How often it was given out' }),
    created: Timestamp,
    completed: Timestamp.nullable(),
  })
  .meta({ id: 'Check', description: 'One automated look at one version of the evidence' });
export type Check = z.infer<typeof Check>;

export const Checks = page(Check)
  .extend({ rounds_left: count.meta({ description: 'Rounds of checks that this profile may still have today' }) })
  .meta({ id: 'Checks' });

/** Of the newest round, in a profile's answer. */
export const ChecksSummary = z
  .object({
    status: z.enum(['pending', 'completed']),
    outcome: CheckOutcome.nullable().meta({ description: 'The worst of the round’s; null until all are done' }),
    evidence_version: count.meta({ description: 'What was checked: lower than the profile’s own once that changed' }),
  })
  .meta({ id: 'ChecksSummary' });

export const CheckRound = z
  .object({ items: z.array(Check) })
  .meta({ id: 'CheckRound', description: 'The checks of the new round' });

const lease_seconds = z.int().min(30).max(900).default(120).meta({ description: 'How long the checks are held' });

export const ClaimChecksBody = z
  .strictObject({
    provider: ClaimingProvider,
    types: z.array(CheckType).min(1).max(CHECK_TYPES.length),
    limit: z.int().min(1).max(5).default(1),
    lease_seconds,
  })
  .meta({ id: 'ClaimChecks' });
export type ClaimChecksBody = z.infer<typeof ClaimChecksBody>;

const ClaimedDocument = DocumentMeta.omit({ filename: true })
  .extend({ kind: DocumentKind, version: count.min(1) })
  .meta({ id: 'ClaimedDocument' });

/** What a runner is told, and not more than the type needs. */
export const ClaimedCheck = z
  .object({
    id: Id,
    type: CheckType,
    profile: Id,
    partner: z.string(),
    attempt: count.meta({ description: 'Goes with every later request about the check' }),
    locked_until: Timestamp,
    evidence_version: count,
    external_ref: z.string().nullable().meta({ description: 'What an earlier attempt left with its release' }),
    created: Timestamp,
    declared: z
      .object({
        full_name: z.string(),
        country: z.string(),
        document_type: z.string(),
        document_number: z.string(),
        date_of_birth: z.string().nullable(),
      })
      .partial()
      .meta({ description: 'The declared fields that the type needs' }),
    documents: z.array(ClaimedDocument),
    level: z.object({
      name: z.string(),
      version: count,
      min_age: count.nullable(),
      photo_reuse: z.boolean().meta({ description: 'Whether `document_reuse` wants the photo’s hash' }),
    }),
  })
  .meta({ id: 'ClaimedCheck' });
export type ClaimedCheck = z.infer<typeof ClaimedCheck>;
export const ClaimedChecks = z.object({ items: z.array(ClaimedCheck) }).meta({ id: 'ClaimedChecks' });

const attempt = count.min(1).meta({ description: 'Of the claim: another one is `status_conflict`' });

export const HeartbeatBody = z.strictObject({ attempt, lease_seconds }).meta({ id: 'CheckHeartbeat' });
export const Lease = z.object({ id: Id, attempt, locked_until: Timestamp }).meta({ id: 'CheckLease' });

/** The check's id is a part of it, so that a callback finds its check. */
const external_ref = z.string().regex(/^[a-z0-9]{15}[\w.:-]{0,185}$/, 'Begins with the id of the check');

export const CheckState = Check.pick({ id: true, status: true, outcome: true }).meta({ id: 'CheckState' });

export const ReleaseBody = z
  .strictObject({
    attempt,
    external_ref: external_ref.optional().meta({
      description: 'The vendor’s work goes on: the check waits for `after_seconds`, or for the vendor’s callback',
    }),
    after_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(0)
      .meta({ description: 'With `external_ref`: when to look again' }),
  })
  .meta({ id: 'CheckRelease' });

export const CheckResultBody = z
  .strictObject({
    attempt,
    outcome: CheckOutcome.meta({ description: 'The worst that the codes of the findings stand for; else `pass`' }),
    findings: z.array(Finding).max(50).default([]),
    scores: scores.default({}),
    facts: facts
      .refine((value) => isShallow(value), 'Nested too deeply')
      .default({})
      .meta({
        description:
          'What was read. `expires_on` (a date) makes `profile.document_expiring`; `others` is the hook’s own',
      }),
    provider: CheckProvider,
    external_ref: external_ref.optional(),
    photo_hash: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional()
      .meta({
        description: 'Of `document_reuse`, if the level says `photo_reuse`: a perceptual hash of the face photo',
      }),
  })
  .meta({ id: 'CheckResult' });
export type CheckResultBody = z.infer<typeof CheckResultBody>;
