import type * as z from 'zod';
import type { DocumentKind } from '../../schemas/document.ts';
import type { ReasonCode, Status } from '../../schemas/status.ts';

export const STATUS_NAMES: Record<Status, string> = {
  unverified: 'Unverified',
  pending: 'Pending',
  in_review: 'In review',
  resubmission_requested: 'Resubmission',
  approved: 'Approved',
  rejected: 'Rejected',
  expired: 'Expired',
  canceled: 'Canceled',
};

/** What a reviewer does to bring a profile to the status. A status without a word here comes from the applicant or the clock. */
export const DECISIONS: Partial<Record<Status, { verb: string; key: string }>> = {
  approved: { verb: 'Approve', key: 'a' },
  rejected: { verb: 'Reject', key: 'r' },
  resubmission_requested: { verb: 'Send back', key: 's' },
  in_review: { verb: 'Start review', key: 'v' },
  canceled: { verb: 'Cancel', key: 'x' },
  unverified: { verb: 'Reopen', key: 'v' },
};

export const REASON_NAMES: Record<z.infer<typeof ReasonCode>, string> = {
  document_missing: 'Document missing',
  document_unreadable: 'Document unreadable',
  document_expired: 'Document expired',
  document_not_accepted: 'Document not accepted',
  document_altered: 'Document altered',
  data_mismatch: 'Data mismatch',
  photo_unclear: 'Photo unclear',
  face_mismatch: 'Face mismatch',
  underage: 'Underage',
  fraud_suspected: 'Fraud suspected',
  withdrawn: 'Withdrawn',
  inactivity: 'Inactivity',
  other: 'Other',
};

/** The identity fields, which a decision is made on. */
export const IDENTITY_NAMES = {
  full_name: 'Full name',
  country: 'Country',
  document_type: 'Document',
  document_number: 'Number',
  date_of_birth: 'Date of birth',
} as const;

export const KIND_NAMES: Record<DocumentKind, string> = {
  document_front: 'Document, front',
  document_back: 'Document, back',
  facial_photo: 'Face photo',
  facial_video: 'Face video',
  proof_of_address: 'Proof of address',
};

export const DOCUMENT_TYPE_NAMES: Record<string, string> = {
  passport: 'Passport',
  id_card: 'ID card',
  drivers_license: 'Driver’s license',
  residence_permit: 'Residence permit',
};

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region' });
export const countryName = (code: string): string => COUNTRIES.of(code) ?? code;
