import * as z from 'zod';
import { CheckOutcome, ChecksSummary } from './check.ts';
import { given, Id, Instant, line, nullish, PageQuery, PartnerSlug, page, Timestamp } from './common.ts';
import { Country } from './countries.ts';
import { DOCUMENT_KINDS, Document, DocumentKind, DocumentType } from './document.ts';
import { AskedConsent, AttestedConsent, Consent, LevelName, LevelOfProfile } from './level.ts';
import { Status, StatusChange } from './status.ts';

/** PocketBase refuses what is no Unicode, and a NUL is nobody's data. */
function stored(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'Not well-formed Unicode');
}

const BIRTH_DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;

/** Some documents have no day, or the year alone. */
function isBirthDate(date: string): boolean {
  const day = date + '0000-01-01'.slice(date.length);
  const time = Date.parse(day);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) return false;
  return day >= '1900-01-01' && date <= new Date().toISOString().slice(0, date.length);
}

const BEYOND_ASCII = '\\u00a1-\\uffff';
const LABEL = `[a-zA-Z0-9${BEYOND_ASCII}](?:[a-zA-Z0-9${BEYOND_ASCII}-]{0,61}[a-zA-Z0-9${BEYOND_ASCII}])?`;
/** HTML's pattern (WHATWG HTML §4.10.5.1.5), in both parts with the characters beyond ASCII that RFC 6531 allows. */
const EMAIL = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~${BEYOND_ASCII}-]+@${LABEL}(?:\\.${LABEL})*$`);

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const required = {
  full_name: line(200).meta({ example: 'Nguyễn Thị Minh' }),
  country: Country,
  document_type: DocumentType,
  document_number: line(64).meta({
    description: 'As printed; recognition ignores case, spaces and punctuation',
    example: 'C1234567',
  }),
};

const optional = {
  date_of_birth: z
    .string()
    .regex(BIRTH_DATE, { error: 'Not a date', abort: true })
    .refine(isBirthDate, 'Not a plausible date of birth')
    .meta({
      description: '`YYYY-MM-DD`, or `YYYY-MM`, `YYYY` where the document says no more',
      example: '1990-04-30',
    }),
  email: line(254).regex(EMAIL, 'Not an e-mail address').meta({ format: 'idn-email', example: 'minh@example.com' }),
  phone: z.e164().meta({ description: 'E.164', example: '+84901234567' }),
  external_id: line(255).meta({ description: 'Your own identifier of the applicant, unique among your profiles' }),
  locale: z
    .string()
    .max(35)
    .transform((tag) => tag.replaceAll('_', '-'))
    .refine(isLocale, 'Not a BCP 47 language tag')
    .meta({ description: 'BCP 47; `en_US` is read as `en-US`', example: 'vi' }),
  metadata: z
    .record(stored(40).min(1), stored(500))
    .refine((value) => Object.keys(value).length <= 20, 'At most 20 keys')
    .meta({ description: 'At most 20 keys of at most 40 characters, values of at most 500' }),
};

/** One that is known keeps its level, unless an update moves it. */
const level = LevelName;

export const CreateProfileBody = z
  .strictObject({ ...required, ...nullish({ ...optional, level }) })
  .transform(given)
  .meta({ id: 'CreateProfile' });
export type CreateProfileBody = z.infer<typeof CreateProfileBody>;

const nullable = Object.fromEntries(Object.entries(optional).map(([name, schema]) => [name, schema.nullable()])) as {
  [K in keyof typeof optional]: z.ZodNullable<(typeof optional)[K]>;
};

/** The fields of an update, none of which is required. */
export const ProfileFields = z.strictObject({ ...required, ...nullable, level }).partial();

export const UpdateProfileBody = ProfileFields.refine(
  (body) => Object.keys(body).length > 0,
  'Name at least one field',
).meta({
  id: 'UpdateProfile',
  description: 'The fields to change; `null` empties an optional one, `metadata` is replaced as a whole',
});
export type UpdateProfileBody = z.infer<typeof UpdateProfileBody>;

export const CreatedProfile = z
  .object({
    id: Id,
    status: Status,
    created: z.boolean().meta({ description: '`false`: this applicant was known, `id` is the existing profile' }),
    redirect_url: z.string().nullable().meta({
      description: 'Where to send the applicant; `null` once nothing is left to do',
      example: 'https://verify.example.com/k3v9x2m1q8w7z5a#token=eyJhbGciOi…',
    }),
    redirect_expires_at: Timestamp.nullable(),
  })
  .meta({ id: 'CreatedProfile' });
export type CreatedProfile = z.infer<typeof CreatedProfile>;

export const Link = CreatedProfile.omit({ created: true }).meta({ id: 'Link' });
export type Link = z.infer<typeof Link>;

export const CreateLinkBody = z
  .strictObject({
    revoke_previous: z.boolean().nullable().default(false).meta({ description: 'End every link issued before' }),
    confirm_mismatch: z.boolean().nullable().default(false).meta({
      description: 'After an `applicant_mismatch`: the link is meant for the applicant who is stored',
    }),
  })
  .meta({ id: 'CreateLink' });

export const ProfileSummary = z
  .object({
    id: Id,
    partner: z.string(),
    status: Status,
    full_name: z.string(),
    country: z.string(),
    document_type: DocumentType,
    document_number: z.string(),
    date_of_birth: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    external_id: z.string().nullable(),
    locale: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    level: LevelOfProfile,
    evidence_version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({
      description: 'Counts the changes of what a decision is made on: the identity fields and the current documents',
    }),
    missing: z.array(DocumentKind).meta({ description: 'What `submit` still needs' }),
    checks: ChecksSummary.nullable().meta({ description: 'Of the newest round of checks; `null` before the first' }),
    consent: Consent.nullable(),
    created: Timestamp,
    updated: Timestamp,
  })
  .meta({ id: 'ProfileSummary' });

export type ProfileSummary = z.infer<typeof ProfileSummary>;

export const Profiles = page(ProfileSummary).meta({ id: 'Profiles' });

export const ProfilesQuery = PageQuery.extend({
  status: Status.optional().meta({ description: 'In which the profiles are' }),
  external_id: line(255).optional().meta({ description: 'Your own identifier of the applicant' }),
  updated_after: Instant.optional().meta({ description: 'Changed later than this' }),
  created_after: Instant.optional().meta({ description: 'Created later than this' }),
  outcome: CheckOutcome.optional().meta({ description: 'Of the newest round of checks: the worst of its outcomes' }),
  level: LevelName.optional().meta({ description: 'Name of the level, whichever version' }),
  partner: PartnerSlug.optional().meta({ description: 'Internal keys only: a partner sees its own' }),
});
export type ProfilesQuery = z.infer<typeof ProfilesQuery>;

/** What a search asks for beside words of the name: exactly as it was sent. */
const { document_number, full_name } = required;
const { external_id } = optional;
const searched = { full_name, document_number, email: line(254), phone: line(16), external_id };

export const SearchProfilesBody = z
  .strictObject({
    ...nullish({
      q: line(200).meta({
        description:
          'One to five words of two letters or more, the longest of three or more: each begins a word of the name, without accents and case',
        example: 'nguyen mi',
      }),
      ...searched,
      status: Status,
      updated_after: Instant.meta({ description: 'Changed later than this' }),
      created_after: Instant.meta({ description: 'Created later than this' }),
      level: LevelName.meta({ description: 'Name of the level, whichever version' }),
      partner: PartnerSlug.meta({ description: 'Internal keys only: a partner searches its own' }),
      cursor: PageQuery.shape.cursor.unwrap(),
    }),
    limit: z.int().min(1).max(100).nullable().default(20),
  })
  .refine((body) => ['q', ...Object.keys(searched)].some((name) => body[name as keyof typeof body] != null), {
    error: 'Name words, or a field to search by',
    path: ['q'],
  })
  .transform((body) => given({ ...body, limit: body.limit ?? 20 }))
  .meta({ id: 'SearchProfiles', description: 'All of it must hold. The fields are compared exactly' });
export type SearchProfilesBody = z.infer<typeof SearchProfilesBody>;

export const FoundProfiles = Profiles.extend({
  truncated: z.boolean().meta({
    description:
      'So many names begin like this that not all of them were looked at. `next_cursor`, if there is one, goes on where this page ended; more words find sooner',
  }),
}).meta({ id: 'FoundProfiles' });

const forThoseWhoReview = { description: 'Internal keys and reviewers only' };

export const Profile = ProfileSummary.extend({
  mismatches: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Creates that named another applicant for this document. Internal keys and reviewers only' }),
  legal_hold: z.boolean().optional().meta(forThoseWhoReview),
  claimed_by: z.string().nullable().optional().meta(forThoseWhoReview),
  claimed_until: Timestamp.nullable().optional().meta(forThoseWhoReview),
  latest_status: StatusChange,
  documents: z
    .object(
      Object.fromEntries(DOCUMENT_KINDS.map((kind) => [kind, Document.nullable()])) as Record<
        DocumentKind,
        z.ZodNullable<typeof Document>
      >,
    )
    .meta({ description: 'One member per kind, `null` while not supplied' }),
}).meta({ id: 'Profile' });
export type Profile = z.infer<typeof Profile>;

/** What a caller is told of an update that may not read. */
export const UpdatedBrief = z.object({ id: Id, status: Status, updated: Timestamp });
export const UpdatedProfile = z.union([Profile, UpdatedBrief]).meta({ id: 'UpdatedProfile' });

export const SubmitProfileBody = z
  .strictObject({ consent: AttestedConsent.nullish() })
  .transform(given)
  .meta({ id: 'SubmitProfile' });
export type SubmitProfileBody = z.infer<typeof SubmitProfileBody>;

export const SubmittedProfile = z.object({ id: Id, status: Status }).meta({ id: 'SubmittedProfile' });
export const LegalHold = z.object({ legal_hold: z.literal(true) }).meta({ id: 'LegalHold' });

export const Applicant = z
  .object({
    id: Id,
    status: Status,
    locale: z.string().nullable(),
    document_type: DocumentType,
    required: z.array(DocumentKind),
    optional: z.array(DocumentKind).meta({ description: 'What may be supplied as well' }),
    missing: z.array(DocumentKind).meta({
      description: 'What `submit` still needs: required and not supplied, or asked for again and not supplied since',
    }),
    reason: z.string().nullable().meta({ description: "The reviewer's public reason, or its code" }),
    consent: AskedConsent.nullable().meta({ description: '`null`: none is asked for' }),
  })
  .meta({ id: 'Applicant', description: 'What an applicant may know of the own profile: no numbers, no contact data' });
export type Applicant = z.infer<typeof Applicant>;
