import * as z from 'zod';
import byDefault from '../../pocketbase/hooks/lib/shared/default-level.json' with { type: 'json' };
import patterns from '../../pocketbase/hooks/lib/shared/patterns.json' with { type: 'json' };
import { CheckCode, CheckType, ProviderName } from './check.ts';
import { Id, Instant, line, PageQuery, PartnerSlug, page, prose, Timestamp } from './common.ts';
import { Country } from './countries.ts';
import { DocumentKind, DocumentType } from './document.ts';

export const LevelName = z
  .string()
  .regex(new RegExp(patterns.level))
  .meta({ description: 'Letters, digits, `.`, `_` and `-`, at most 64', example: 'face-match' });
const Version = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Of which version of which level a profile is. */
export const LevelOfProfile = z.object({ name: z.string(), version: Version }).meta({
  id: 'LevelOfProfile',
  description: 'The version that the profile was created under, or was moved to',
});

/** BCP 47 is what `Intl` reads; this is what a member's name may be. */
const Locale = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'Not a BCP 47 language tag')
  .max(35);

const ConsentText = z
  .object({
    version: line(64).meta({ description: 'Another text is another version', example: '2026-01' }),
    url: z.url({ protocol: /^https$/ }).max(2000),
    text: z.record(Locale, prose(5000)).meta({
      description: 'By BCP 47 language; shown is the applicant’s, or English, or the first',
      example: { en: 'I agree that my face is compared with my document.' },
    }),
  })
  .meta({ id: 'ConsentText', description: 'What the applicant agrees to before the first picture' });

const Policy = z
  .strictObject({
    order: z.enum(['oldest', 'clear_first', 'doubtful_first']).optional().meta({ description: 'In the queue' }),
    resubmit_on: z.array(CheckCode).max(CheckCode.options.length).optional(),
    resubmit_at_most: z.int().min(0).max(3).optional(),
    approve_when: z.literal('all_pass').optional().meta({
      description: 'Needs `face_liveness` and `document_authenticity` by another provider than `builtin`',
    }),
  })
  .meta({ id: 'LevelPolicy', description: 'What follows from the checks alone. Nothing is rejected automatically' });

const kinds = z.array(DocumentKind).max(DocumentKind.options.length);
const Check = z.union([CheckType, z.strictObject({ type: CheckType, provider: ProviderName.optional() })]);

/** What a level says, with what holds where it says nothing. */
const spec = {
  required: z.partialRecord(DocumentType, kinds.min(1)).meta({
    description: 'The kinds that `submit` needs, by type of document; a type that is not named is not accepted',
    example: { passport: ['document_front', 'facial_photo'] },
  }),
  optional: kinds.default([]).meta({ description: 'Kinds that may be supplied as well' }),
  document_types: z.array(DocumentType).max(DocumentType.options.length).nullable().default(null).meta({
    description: '`null`: those that `required` names',
  }),
  countries: z.array(Country).max(Country.options.length).nullable().default(null).meta({
    description: 'Whose documents are accepted; `null`: of all countries',
  }),
  min_age: z.int().min(1).max(120).nullable().default(null).meta({
    description: 'A create refuses who is surely younger',
  }),
  consent: ConsentText.nullable().default(null).meta({ description: '`null`: none is asked for' }),
  photo_reuse: z.boolean().default(false).meta({
    description: 'Look for the same face photo at other profiles of the partner; needs `consent`',
  }),
  checks: z
    .array(Check)
    .max(CheckType.options.length)
    .default(byDefault.checks as z.infer<typeof CheckType>[])
    .meta({ description: '`face_match` needs `consent`' }),
  policy: Policy.nullable().default(null).meta({ description: '`null`: no status changes by itself' }),
};

const ofWhom = '`null`: the operator’s own, for all partners';

export const Level = z
  .object({
    id: Id,
    partner: z.string().nullable().meta({ description: ofWhom }),
    name: z.string(),
    version: Version.meta({ description: 'Counts the versions of this name' }),
    ...spec,
    created: Timestamp,
  })
  .meta({ id: 'Level', description: 'What a profile needs. A version never changes' });
export type Level = z.infer<typeof Level>;

export const LevelSpec = z.object(spec);

export const Levels = page(Level).meta({ id: 'Levels' });

export const LevelsQuery = PageQuery.extend({
  partner: PartnerSlug.optional().meta({ description: 'Whose levels' }),
  name: LevelName.optional().meta({ description: 'The versions of this name' }),
});
export type LevelsQuery = z.infer<typeof LevelsQuery>;

export const CreateLevelBody = z
  .strictObject({
    partner: PartnerSlug.nullable().default(null).meta({ description: ofWhom }),
    name: LevelName,
    ...spec,
  })
  .meta({ id: 'CreateLevel' });
export type CreateLevelBody = z.infer<typeof CreateLevelBody>;

const locale = Locale.meta({ description: 'BCP 47: the language that the text was shown in', example: 'vi' });

/** A consent as a profile keeps it. */
export const Consent = z
  .object({
    version: z.string(),
    given_at: Timestamp,
    locale: z.string(),
    sha256: z.string().meta({ description: 'Of the text that was shown' }),
  })
  .meta({ id: 'Consent', description: 'The newest that the applicant has given' });

export const AttestedConsent = z
  .strictObject({ version: line(64), given_at: Instant, locale })
  .meta({ id: 'AttestedConsent', description: 'For a partner that asked the applicant itself' });

export const GiveConsentBody = z.strictObject({ version: line(64), locale }).meta({ id: 'GiveConsent' });
export type GiveConsentBody = z.infer<typeof GiveConsentBody>;

/** What the applicant is asked. */
export const AskedConsent = z
  .object({ ...ConsentText.shape, given_at: Timestamp.nullable().meta({ description: '`null`: not yet' }) })
  .meta({ id: 'AskedConsent' });
