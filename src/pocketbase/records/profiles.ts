import * as z from 'zod';
import { CheckOutcome, ChecksSummary } from '../../schemas/check.ts';
import { DocumentKind, DocumentType, DocumentVersion } from '../../schemas/document.ts';
import { Consent } from '../../schemas/level.ts';
import { Applicant, Profile } from '../../schemas/profile.ts';
import { Status } from '../../schemas/status.ts';
import { id, optional, text, time } from './common.ts';

const ProfileRow = z.object({
  id,
  partner: z.string(),
  status: Status,
  full_name: z.string(),
  country: z.string(),
  document_type: DocumentType,
  document_number: z.string(),
  date_of_birth: text,
  email: text,
  phone: text,
  external_id: text,
  locale: text,
  metadata: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  evidence_version: z.int(),
  missing: z.array(DocumentKind),
  checks_status: optional(ChecksSummary.shape.status),
  checks_outcome: optional(CheckOutcome),
  checks_evidence: z.int(),
  level_name: z.string(),
  level_version: z.int(),
  consent: Consent.nullable(),
  created: time,
  updated: time,
});
export const PROFILE_COLUMNS = Object.keys(ProfileRow.shape);

/** A row of a list. One profile comes as our hooks write it; see `readProfile`. */
export const ProfileRecord = ProfileRow.transform(
  ({ level_name, level_version, checks_status, checks_outcome, checks_evidence, ...row }) => ({
    ...row,
    level: { name: level_name, version: level_version },
    checks: checks_status && { status: checks_status, outcome: checks_outcome, evidence_version: checks_evidence },
  }),
);

export const SearchAnswer = z.object({
  items: z.array(ProfileRecord),
  next: z.object({ created: z.string(), id }).nullable(),
  truncated: z.boolean(),
});

/** As those who review see it. */
export const ReviewedProfile = Profile.required({
  mismatches: true,
  legal_hold: true,
  claimed_by: true,
  claimed_until: true,
});
export type ReviewedProfile = z.infer<typeof ReviewedProfile>;

const PartnerBrief = z.object({ slug: z.string(), active: z.boolean(), frontend_url: text });
export type PartnerBrief = z.infer<typeof PartnerBrief>;

export const EnrolAnswer = z.object({ id, status: Status, created: z.boolean(), partner: PartnerBrief });

export const LinkAnswer = EnrolAnswer.omit({ created: true });
export type LinkAnswer = z.infer<typeof LinkAnswer>;

export const RedactAnswer = z.object({ redacted: z.boolean() });
export const HoldAnswer = z.object({ legal_hold: z.boolean() });
export const ConsentAnswer = z.object({ version: z.string() });
export const SubmitAnswer = z.object({ status: Status });
export const ApplicantAnswer = Applicant;

export const DocumentRecord = z.object({
  ...DocumentVersion.shape,
  filename: text,
  content_type: text,
  uploader_id: text,
  created: time,
});
