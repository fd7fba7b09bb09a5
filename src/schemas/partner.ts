import * as z from 'zod';
import { given, line, nullish, PartnerSlug, page, Timestamp } from './common.ts';

const DAYS_MAX = 36_500;
const days = z.int().min(1).max(DAYS_MAX).nullable();

const fields = {
  name: line(255).meta({ example: 'Acme Bank' }),
  active: z.boolean().meta({ description: '`false` stops every key of the partner within a minute' }),
  frontend_url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .meta({
      description: 'Hosted page for applicants; `null`: the one for all',
      example: 'https://verify.acme.example',
    }),
  retention_days: days.meta({
    description: 'Profiles are erased this long after their last move into a final status; `null`: never',
  }),
  expire_after_days: days.meta({
    description: 'Profiles that wait for the applicant expire after this long; `null`: never',
  }),
};

export const Partner = z
  .object({ slug: PartnerSlug, ...fields, name: z.string(), created: Timestamp, updated: Timestamp })
  .meta({ id: 'Partner' });
export type Partner = z.infer<typeof Partner>;

export const Partners = page(Partner).meta({ id: 'Partners' });

export const CreatePartnerBody = z
  .strictObject({ slug: PartnerSlug, ...nullish(fields), name: fields.name })
  .transform(given)
  .meta({ id: 'CreatePartner' });
export type CreatePartnerBody = z.infer<typeof CreatePartnerBody>;

export const UpdatePartnerBody = z
  .strictObject(z.object(fields).partial().shape)
  .refine((body) => Object.keys(body).length > 0, 'Name at least one field')
  .meta({ id: 'UpdatePartner', description: 'The fields to change; a slug never changes' });
export type UpdatePartnerBody = z.infer<typeof UpdatePartnerBody>;
