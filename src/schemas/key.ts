import * as z from 'zod';
import scopes from '../../pocketbase/hooks/lib/shared/scopes.json' with { type: 'json' };
import { CheckType } from './check.ts';
import { graceSeconds, Id, Instant, line, PageQuery, PartnerSlug, page, Timestamp } from './common.ts';

export type Scope = keyof typeof scopes;

export const scopesOf = (holder: 'partner' | 'reviewer' | 'operator' | 'grantable') =>
  (Object.keys(scopes) as Scope[]).filter((scope) => (scopes[scope] as string[]).includes(holder));

/** What a partner's managed key may be given. */
export const GRANTABLE_SCOPES: readonly Scope[] = scopesOf('grantable');
export const KeyScope = z.enum(scopesOf('operator') as [Scope, ...Scope[]]).meta({
  id: 'KeyScope',
  description: `Of a partner's key: ${GRANTABLE_SCOPES.map((scope) => `\`${scope}\``).join(', ')}`,
});
/** A runner's key has no other scope. */
const RUN: Scope = 'checks:run';
const ofWhom = '`null`: the operator’s own, for all partners';

export const Key = z
  .object({
    id: Id,
    partner: z.string().nullable().meta({ description: ofWhom }),
    name: z.string(),
    prefix: z
      .string()
      .meta({ description: 'The part of the key that is no secret', example: 'ek_live_k3v9x2m1q8w7z5a' }),
    scopes: z.array(KeyScope),
    types: z.array(CheckType).nullable().meta({ description: 'Of a runner’s key: the checks that it does' }),
    partners: z.array(z.string()).nullable().meta({ description: 'Of a runner’s key: for whom; `null` for all' }),
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
    partner: PartnerSlug.nullable().meta({ description: ofWhom }),
    name: line(100).meta({ description: 'For people to tell keys apart', example: 'Onboarding backend' }),
    scopes: z
      .array(KeyScope)
      .min(1)
      .max(KeyScope.options.length)
      .transform((scopes) => [...new Set(scopes)]),
    types: z.array(CheckType).min(1).max(CheckType.options.length).nullish().meta({
      description: 'With the scope `checks:run` alone: the checks that the runner does',
    }),
    partners: z
      .array(PartnerSlug)
      .min(1)
      .max(100)
      .nullish()
      .meta({ description: 'With `checks:run`: for whom; without it for all' }),
    expires_at: Instant.refine((time) => Date.parse(time) > Date.now(), 'Lies in the past').nullish(),
  })
  .refine(({ partner, scopes }) => partner === null || scopes.every((scope) => GRANTABLE_SCOPES.includes(scope)), {
    error: `Must be some of ${GRANTABLE_SCOPES.join(', ')}`,
    path: ['scopes'],
  })
  .refine(({ scopes }) => !scopes.includes(RUN) || scopes.length === 1, {
    error: `${RUN} stands alone`,
    path: ['scopes'],
  })
  .refine(({ scopes, types }) => scopes.includes(RUN) === (types != null), {
    error: `Goes with ${RUN}, which needs it`,
    path: ['types'],
  })
  .refine(({ scopes, partners }) => scopes.includes(RUN) || partners == null, {
    error: `Goes with ${RUN} only`,
    path: ['partners'],
  })
  .meta({ id: 'CreateKey' });
export type CreateKeyBody = z.infer<typeof CreateKeyBody>;

export const RotateKeyBody = z
  .strictObject({
    grace_seconds: graceSeconds(30 * 86_400, 'How long the old key stays good'),
  })
  .meta({ id: 'RotateKey' });
