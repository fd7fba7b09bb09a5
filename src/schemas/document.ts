import * as z from 'zod';
import limits from '../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };

const KINDS = Object.keys(limits) as [keyof typeof limits, ...(keyof typeof limits)[]];
export const DocumentKind = z.enum(KINDS).meta({ id: 'DocumentKind' });
export type DocumentKind = z.infer<typeof DocumentKind>;
export const DOCUMENT_KINDS: readonly DocumentKind[] = KINDS;

/** The media types that some kind takes. */
export const MEDIA_TYPES: readonly string[] = Object.values(limits).flatMap(({ mimeTypes }) => mimeTypes);

/** What PocketBase keeps beside each file; what came through its own UI was neither typed nor hashed by us. */
export const DocumentMeta = z.object({
  filename: z.string().nullable().meta({ description: "The caller's own name for the file", example: 'passport.jpg' }),
  content_type: z.string().nullable().default(null).meta({ example: 'image/jpeg' }),
  size: z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description: 'Bytes' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null)
    .meta({ description: 'Lower-case hex' }),
});

export type DocumentMeta = z.infer<typeof DocumentMeta>;

export const Document = DocumentMeta.extend({ kind: DocumentKind }).meta({ id: 'Document' });
export type Document = z.infer<typeof Document>;

/** The kinds an applicant must supply before `submit`: a passport has no back side. */
export function requiredDocuments(documentType: string): DocumentKind[] {
  return documentType === 'passport'
    ? ['document_front', 'facial_photo']
    : ['document_front', 'document_back', 'facial_photo'];
}

const ABOUT_THE_FACE = ['photo_unclear', 'face_mismatch'];
const ABOUT_THE_DOCUMENT = [
  'document_missing',
  'document_unreadable',
  'document_expired',
  'document_not_accepted',
  'document_altered',
];

/** The kinds that a request to resubmit asks for anew. A reason that speaks of neither document nor face leaves it to its text. */
export function replacedFor(reasonCode: string | null): DocumentKind[] {
  if (ABOUT_THE_FACE.includes(reasonCode ?? '')) return ['facial_photo'];
  return ABOUT_THE_DOCUMENT.includes(reasonCode ?? '') ? ['document_front', 'document_back'] : [];
}
