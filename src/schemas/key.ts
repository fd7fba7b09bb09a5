import * as z from 'zod';
import scopes from '../../pocketbase/hooks/lib/shared/scopes.json' with { type: 'json' };
import { given, graceSeconds, Id, Instant, line, PageQuery, PartnerSlug, page, Timestamp } from './common.ts';

type KeyScope = keyof typeof scopes;
const GRANTABLE = (Object.keys(scopes) as KeyScope[]).filter((scope) =>
  (scopes[scope] as string[]).includes('grantable'),
);

/** What a partner may be given. */
export const KeyScope = z.enum(GRANTABLE as [KeyScope, ...KeyScope[]]).meta({ id: 'KeyScope' });

export const Key = z
  .object({
    id: Id,
    partner: z.string(),
    name: z.string(),
    prefix: z
      .string()
      .meta({ description: 'The part of the key that is no secret', example: 'ek_live_k3v9x2m1q8w7z5a' }),
    scopes: z.array(KeyScope),
    expires_at: Timestamp.nullable(),
    revoked_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable().meta({ description: 'Exact to about a minute' }),
    created: Timestamp,
  })
  .meta({ id: 'Key' });
export type Key = z.infer<typeof Key>;

export const IssuedKey = Key.extend({
  key: z.string().meta({ description: 'The key itself: shown this once, stored as a digest only' }),
}).meta({ id: 'IssuedKey' });

export const Keys = page(Key).meta({ id: 'Keys' });

export const KeysQuery = PageQuery.extend({ partner: PartnerSlug.optional().meta({ description: 'Whose keys' }) });
export type KeysQuery = z.infer<typeof KeysQuery>;

export const CreateKeyBody = z
  .strictObject({
    partner: PartnerSlug,
    name: line(100).meta({ description: 'For people to tell keys apart', example: 'Onboarding backend' }),
    scopes: z
      .array(KeyScope)
      .min(1)
      .max(KeyScope.options.length)
      .transform((scopes) => [...new Set(scopes)]),
    expires_at: Instant.refine((time) => Date.parse(time) > Date.now(), 'Lies in the past').nullish(),
  })
  .transform(given)
  .meta({ id: 'CreateKey' });
export type CreateKeyBody = z.infer<typeof CreateKeyBody>;

export const RotateKeyBody = z
  .strictObject({
    grace_seconds: graceSeconds(30 * 86_400, 'How long the old key stays good'),
  })
  .meta({ id: 'RotateKey' });
