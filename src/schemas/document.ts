import * as z from 'zod';
import limits from '../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import types from '../../pocketbase/hooks/lib/shared/document-types.json' with { type: 'json' };
import { Id, page, Timestamp } from './common.ts';

const KINDS = Object.keys(limits) as [keyof typeof limits, ...(keyof typeof limits)[]];
export const DocumentKind = z.enum(KINDS).meta({ id: 'DocumentKind' });
export type DocumentKind = z.infer<typeof DocumentKind>;
export const DOCUMENT_KINDS: readonly DocumentKind[] = KINDS;

const TYPES = Object.keys(types) as [keyof typeof types, ...(keyof typeof types)[]];
export const DocumentType = z.enum(TYPES).meta({ id: 'DocumentType' });
export type DocumentType = z.infer<typeof DocumentType>;

/** The media types that some kind takes. */
export const MEDIA_TYPES: readonly string[] = Object.values(limits).flatMap(({ mimeTypes }) => mimeTypes);

/** What the Worker finds out about a file on its way. */
export const DocumentMeta = z.object({
  filename: z.string().nullable().meta({ description: "The caller's own name for the file", example: 'passport.jpg' }),
  content_type: z.string().nullable().meta({ example: 'image/jpeg' }),
  size: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description: 'Bytes' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'Lower-case hex' }),
});
export type DocumentMeta = z.infer<typeof DocumentMeta>;

const Version = DocumentMeta.extend({
  id: Id,
  kind: DocumentKind,
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description: 'Counts the files of this kind' }),
  uploaded_by: z.string().meta({ description: 'The type of the actor', example: 'applicant' }),
  created: Timestamp,
});

export const Document = Version.meta({
  id: 'Document',
  description: 'A document is immutable: another file is another version',
});
export type Document = z.infer<typeof Document>;

export const DocumentVersion = Version.extend({
  state: z.enum(['current', 'superseded', 'removed']),
  uploader_id: z.string().nullable().optional().meta({ description: 'Internal keys and reviewers only' }),
}).meta({ id: 'DocumentVersion' });
export type DocumentVersion = z.infer<typeof DocumentVersion>;

export const DocumentVersions = page(DocumentVersion).meta({ id: 'DocumentVersions' });

export const DownloadQuery = z.strictObject({
  version: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'An earlier version, for reviewers and internal keys; without it the current one',
  }),
});
