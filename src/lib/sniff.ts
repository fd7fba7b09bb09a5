/** PocketBase's own detector (gabriel-vasile/mimetype) judges by as many bytes. */
export const SNIFF_BYTES = 3072;

const EXTENSIONS = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
} as const;

export type MediaType = keyof typeof EXTENSIONS;

/** ISO media brands that PocketBase takes for something other than `video/mp4`: pictures, audio, 3GPP, M4V, DVB. */
const OTHER_BRANDS = new RegExp(
  '^(avi[fs]|3g[p2es]|3gg6|KDDI|F4[AB] |M4[ABPV]|MSNV|NDAS|hei[cxms]|hev[cxms]|mif1|msf1|avic|avcs|mj2s|mjp2|MFSM|MGSV|' +
    'dby1|dsms|dts[123]|dxo |dmb1|dmpf|drc1|dv[123][ab]|dvr1|dvt1|emsg)',
);

/** PNG with an animation chunk before the first data: `image/apng` for PocketBase. */
function isAnimated(png: string): boolean {
  return png.slice(0, png.indexOf('IDAT')).includes('acTL');
}

/** PocketBase's detector looks for the signature of a PDF in as many bytes. */
const PDF_SIGNATURE_BYTES = 1024;
const PDF_SIGNATURE = /^(?:\xef\xbb\xbf)?[\t\n\f\r ]*%PDF-/;

/** A byte order mark or white space before the signature belongs to the PDF. */
function isPdf(text: string): boolean {
  return PDF_SIGNATURE.test(text.slice(0, PDF_SIGNATURE_BYTES));
}

/** The EBML element DocType (0x4282) names the format, after a length of one to eight bytes. */
function isWebm(ebml: string): boolean {
  const at = ebml.indexOf('B\x82') + 2;
  return ebml.slice(at, at + 12).includes('webm');
}

function isoMediaType(text: string): MediaType | null {
  if (/^(moov|mdat|free|skip|pnot)$/.test(text.slice(4, 8)) && text[8] === '\0') return 'video/quicktime';
  if (text.startsWith('\0\0\0\x08wide')) return 'video/quicktime';
  if (text[0] !== '\0' || text.slice(4, 8) !== 'ftyp') return null;
  const brand = text.slice(8, 12);
  if (brand === 'qt  ' || brand === 'moov' || brand === 'mqt ') return 'video/quicktime';
  return OTHER_BRANDS.test(brand) ? null : 'video/mp4';
}

/**
 * The accepted type that these first bytes show, whatever name or header says; null for every other content. The seven signatures are our
 * own instead of file-type's 180, as they must agree with what PocketBase's `mimeTypes` check says of the same bytes.
 */
export function sniffType(head: Uint8Array): MediaType | null {
  // Not TextDecoder('latin1'): by the Encoding Standard that is windows-1252, which moves 0x80–0x9f.
  const text = String.fromCharCode(...head.subarray(0, SNIFF_BYTES));
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return isAnimated(text) ? null : 'image/png';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp';
  if (isPdf(text)) return 'application/pdf';
  if (text.startsWith('\x1aE\xdf\xa3')) return isWebm(text) ? 'video/webm' : null;
  return isoMediaType(text);
}

export function extensionOf(type: MediaType): string {
  return EXTENSIONS[type];
}
