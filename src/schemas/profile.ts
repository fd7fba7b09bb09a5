import * as z from 'zod';
import { Id, Instant, line, PageQuery, PartnerSlug, page, Sought, Timestamp } from './common.ts';
import { COUNTRIES } from './countries.ts';
import { DOCUMENT_KINDS, Document, DocumentKind, DocumentType } from './document.ts';
import { Status, StatusChange } from './status.ts';

/** Recognition ignores everything but letters and digits, so a number without any cannot be told from another. */
function hasLetterOrDigit(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text.normalize('NFKC'));
}

/** PocketBase refuses what is no Unicode, and a NUL is nobody's data. */
function stored(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'Not well-formed Unicode');
}

function isBirthDate(date: string): boolean {
  return date >= '1900-01-01' && date <= new Date().toISOString().slice(0, 10);
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const required = {
  full_name: line(200).meta({ example: 'Nguyễn Thị Minh' }),
  country: z
    .enum(COUNTRIES, 'Not an ISO 3166-1 alpha-2 code')
    .meta({ description: 'ISO 3166-1 alpha-2 code of the issuing country', example: 'VN' }),
  document_type: DocumentType,
  document_number: line(64)
    .refine(hasLetterOrDigit, 'Needs at least one letter or digit')
    .meta({ description: 'As printed; recognition ignores case, spaces and punctuation', example: 'C1234567' }),
};

const optional = {
  date_of_birth: z.iso.date().refine(isBirthDate, 'Not a plausible date of birth').meta({ example: '1990-04-30' }),
  email: z.email().max(254),
  phone: z.e164().meta({ description: 'E.164', example: '+84901234567' }),
  external_id: line(255).meta({ description: 'Your own identifier of the applicant, unique among your profiles' }),
  locale: z
    .string()
    .max(35)
    .refine(isLocale, 'Not a BCP 47 language tag')
    .meta({ description: 'BCP 47', example: 'vi' }),
  metadata: z
    .record(stored(40).min(1), stored(500))
    .refine((value) => Object.keys(value).length <= 20, 'At most 20 keys')
    .meta({ description: 'At most 20 keys of at most 40 characters, values of at most 500' }),
};

export const CreateProfileBody = z
  .strictObject({ ...required, ...z.object(optional).partial().shape })
  .meta({ id: 'CreateProfile' });
export type CreateProfileBody = z.infer<typeof CreateProfileBody>;

const nullable = Object.fromEntries(Object.entries(optional).map(([name, schema]) => [name, schema.nullable()])) as {
  [K in keyof typeof optional]: z.ZodNullable<(typeof optional)[K]>;
};

/** The fields of an update, none of which is required. */
export const ProfileFields = z.strictObject({ ...required, ...nullable }).partial();

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
    revoke_previous: z.boolean().default(false).meta({ description: 'End every link issued before' }),
    confirm_mismatch: z.boolean().default(false).meta({
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
    evidence_version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({
      description: 'Counts the changes of what a decision is made on: the identity fields and the current documents',
    }),
    missing: z.array(DocumentKind).meta({ description: 'What `submit` still needs' }),
    created: Timestamp,
    updated: Timestamp,
  })
  .meta({ id: 'ProfileSummary' });

export type ProfileSummary = z.infer<typeof ProfileSummary>;

export const Profiles = page(ProfileSummary).meta({ id: 'Profiles' });

export const ProfilesQuery = PageQuery.extend({
  status: Status.optional(),
  external_id: Sought.optional(),
  updated_after: Instant.optional().meta({ description: 'Changed later than this' }),
  partner: PartnerSlug.optional().meta({ description: 'Internal keys only: a partner sees its own' }),
});
export type ProfilesQuery = z.infer<typeof ProfilesQuery>;

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

export const SubmittedProfile = z.object({ id: Id, status: Status }).meta({ id: 'SubmittedProfile' });
export const LegalHold = z.object({ legal_hold: z.literal(true) }).meta({ id: 'LegalHold' });

export const Applicant = z
  .object({
    id: Id,
    status: Status,
    locale: z.string().nullable(),
    document_type: DocumentType,
    required: z.array(DocumentKind),
    missing: z.array(DocumentKind).meta({
      description: 'What `submit` still needs: required and not supplied, or asked for again and not supplied since',
    }),
    reason: z.string().nullable().meta({ description: "The reviewer's public reason, or its code" }),
  })
  .meta({ id: 'Applicant', description: 'What an applicant may know of the own profile: no numbers, no contact data' });
export type Applicant = z.infer<typeof Applicant>;
