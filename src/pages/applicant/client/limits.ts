import limits from '../../../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import type { Kind } from './api.ts';

/** Sizes and media types by kind: the very facts by which the API refuses. */
export const LIMITS: Record<Kind, { maxSize: number; mimeTypes: string[] }> = limits;
