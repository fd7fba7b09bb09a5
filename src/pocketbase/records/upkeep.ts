import * as z from 'zod';
import { count } from './common.ts';

export const SchemaAnswer = z.object({ migration: z.string(), status_digest: z.string(), dedupe: z.boolean() });

export const SweepAnswer = z.object({ expired: count, redacted: count, cleaned: count });
