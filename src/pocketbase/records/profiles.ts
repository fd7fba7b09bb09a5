import * as z from 'zod';
import { DocumentMeta } from '../../schemas/document.ts';
import { DocumentType } from '../../schemas/profile.ts';
import { Status } from '../../schemas/status.ts';
import { id, text, time } from './common.ts';
import { StatusRow } from './status-history.ts';

const documentMeta = DocumentMeta.extend({ uploaded: z.string().nullish() })
  .nullish()
  .transform((value) => value ?? null);

/** What remains of an erased profile. */
export const RedactedRecord = z.object({ redacted_at: z.string().min(1) });

export const ProfileRecord = z.object({
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
  document_front_meta: documentMeta,
  document_back_meta: documentMeta,
  facial_photo_meta: documentMeta,
  facial_video_meta: documentMeta,
  created: time,
  updated: time,
  expand: z.object({ latest_status: StatusRow }),
});
export type ProfileRecord = z.infer<typeof ProfileRecord>;

const PartnerBrief = z.object({ slug: z.string(), active: z.boolean(), frontend_url: text });
export type PartnerBrief = z.infer<typeof PartnerBrief>;

export const EnrolAnswer = z.object({ id, status: Status, created: z.boolean(), partner: PartnerBrief });

export const LinkAnswer = EnrolAnswer.omit({ created: true });
export type LinkAnswer = z.infer<typeof LinkAnswer>;

export const RedactAnswer = z.object({ redacted: z.boolean() });
