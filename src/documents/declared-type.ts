import type { MediaType } from '../lib/sniff.ts';

/** Other spellings of the accepted types, as browsers, phones and old programs write them. */
const SPELLINGS: Record<string, MediaType> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-jpeg': 'image/jpeg',
  'image/jfif': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-webp': 'image/webp',
  'application/x-pdf': 'application/pdf',
  'application/acrobat': 'application/pdf',
  'application/vnd.pdf': 'application/pdf',
  'text/pdf': 'application/pdf',
  'text/x-pdf': 'application/pdf',
  'application/mp4': 'video/mp4',
  'video/mpeg4': 'video/mp4',
  'video/x-mp4': 'video/mp4',
  'video/m4v': 'video/mp4',
  'video/x-m4v': 'video/mp4',
  'video/x-webm': 'video/webm',
  'video/mov': 'video/quicktime',
  'video/x-mov': 'video/quicktime',
  'video/x-quicktime': 'video/quicktime',
};

/** What clients send of themselves: curl, Python requests, S3 tools. None of it speaks of the content. */
const UNDECLARED = [
  '',
  'application/octet-stream',
  'application/x-octet-stream',
  'application/binary',
  'application/x-binary',
  'binary/octet-stream',
  'application/x-www-form-urlencoded',
];

/** Phones name a recording by its container or by its brand, and the one is built on the other (ISO 14496-12). */
const FAMILIES: Partial<Record<MediaType, string>> = { 'video/mp4': 'iso-media', 'video/quicktime': 'iso-media' };
const familyOf = (type: MediaType) => FAMILIES[type] ?? type;

/** Whether a `Content-Type` may stand for content of this type: it names it, under whichever spelling, or declares nothing. */
export function mayDeclare(contentType: string | null, type: MediaType): boolean {
  const declared = essenceOf(contentType);
  if (UNDECLARED.includes(declared) || declared.includes('*')) return true;
  return familyOf(SPELLINGS[declared] ?? (declared as MediaType)) === familyOf(type);
}

export function isMultipart(contentType: string | null): boolean {
  return essenceOf(contentType).startsWith('multipart/');
}

/** Type and subtype, without parameters. */
function essenceOf(contentType: string | null): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
