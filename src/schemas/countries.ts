import * as z from 'zod';
import codes from '../../pocketbase/hooks/lib/shared/countries.json' with { type: 'json' };

/** The 249 codes of ISO 3166-1 alpha-2, and `XK`, which the passports of Kosovo have without an entry there. */
export const Country = z
  .enum(codes.match(/../g) as [string, ...string[]], 'Not an ISO 3166-1 alpha-2 code, nor XK')
  .meta({ id: 'Country', description: 'ISO 3166-1 alpha-2 code of the issuing country, or `XK`', example: 'VN' });
