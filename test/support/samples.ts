const bytes = (latin1: string) => Buffer.from(latin1, 'latin1');
const ebml = (docType: string) => bytes(`\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82${docType}B\x87\x81\x04`);
const ftyp = (brand: string) => bytes(`\0\0\0\x18ftyp${brand}\0\0\0\0mp42isom`);
const png = (chunks: string) =>
  bytes(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde${chunks}`);

/** The first bytes of every accepted type, in the shapes that cameras and programs write. */
export const ACCEPTED: [name: string, type: string, head: Buffer][] = [
  ['JPEG', 'image/jpeg', bytes('\xff\xd8\xff\xe0\0\x10JFIF\0')],
  ['PNG', 'image/png', png('\0\0\0\x0cIDAT')],
  ['WebP', 'image/webp', bytes('RIFF\x24\0\0\0WEBPVP8 ')],
  ['PDF', 'application/pdf', bytes('%PDF-1.7\n%\xe2\xe3')],
  ['PDF behind a byte order mark', 'application/pdf', bytes('\xef\xbb\xbf%PDF-1.4\n')],
  ['PDF behind line breaks', 'application/pdf', bytes('\r\n \t\n%PDF-1.4\n')],
  ['PDF at the end of what PocketBase looks at', 'application/pdf', bytes(`${'\n'.repeat(1019)}%PDF-1.4\n`)],
  ['MP4', 'video/mp4', ftyp('mp42')],
  ['MP4 of Android', 'video/mp4', ftyp('isom')],
  ['WebM', 'video/webm', ebml('\x84webm')],
  ['WebM with a long length', 'video/webm', ebml('\x01\0\0\0\0\0\0\x04webm')],
  ['QuickTime', 'video/quicktime', ftyp('qt  ')],
  ['QuickTime without ftyp', 'video/quicktime', bytes('\0\0\0\x08wide\0\0\0\0mdat')],
];

/** What comes under a picture's or a video's name and is none that we take. */
export const REFUSED: [name: string, head: Buffer][] = [
  ['MZ executable', bytes('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff')],
  ['ELF executable', bytes('\x7fELF\x02\x01\x01')],
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
  ['HTML', bytes('<!doctype html><script>alert(1)</script>')],
  ['GIF', bytes('GIF89a\x01\0\x01\0')],
  ['animated PNG', png('\0\0\0\x08acTL\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x0cIDAT')],
  ['HEIC', ftyp('heic')],
  ['AVIF', ftyp('avif')],
  ['M4V', ftyp('M4V ')],
  ['3GP', ftyp('3gp4')],
  ['Matroska', ebml('\x88matroska')],
  ['ZIP', bytes('PK\x03\x04\x14\0')],
  ['PDF after an executable', bytes('MZ\x90\0 %PDF-1.7')],
  ['PDF beyond what PocketBase looks at', bytes(`${'\n'.repeat(1020)}%PDF-1.4\n`)],
  ['PDF behind words', bytes('junk %PDF-1.4\n')],
  ['one byte', bytes('\xff')],
];

export const head = (type: string) => ACCEPTED.find((sample) => sample[1] === type)?.[2] ?? Buffer.alloc(0);

/** A file of exactly `size` bytes that begins as `type` does. */
export function file(type: string, size: number): Buffer {
  const start = head(type);
  return Buffer.concat([start, Buffer.alloc(size - start.length, 'noise \r\n-')]);
}
