/** Files as applicants send them, and as an attacker does. */
import { crc32, deflateSync } from 'node:zlib';
import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import sharp, { type Sharp } from 'sharp';

/** A picture that is no even grey: a face's shape on a gradient. */
export function photo(width = 480, height = 640): Sharp {
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 480 640">
      <linearGradient id="g"><stop stop-color="#567"/><stop offset="1" stop-color="#def"/></linearGradient>
      <rect width="480" height="640" fill="url(#g)"/><ellipse cx="250" cy="280" rx="120" ry="170" fill="#d9a98a"/>
      <circle cx="200" cy="240" r="16"/><circle cx="300" cy="240" r="16"/><path d="M200 360q50 50 100 0" stroke="#600" stroke-width="9"/>
      <rect y="520" width="480" height="120" fill="#234"/></svg>`),
  );
}

/** As many pages as wanted, each of them filled by `jpeg`. */
export async function pdf(jpeg: Buffer, { pages = 1, points = [595, 842] } = {}): Promise<Buffer> {
  const { width, height } = await sharp(jpeg).metadata();
  const form = `/Width ${width}/Height ${height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode`;
  return writePdf(form, jpeg, pages, points);
}

function writePdf(form: string, picture: Buffer, pages: number, points: number[]): Buffer {
  const draw = `q ${points[0]} 0 0 ${points[1]} 0 0 cm /I Do Q`;
  const kids = Array.from({ length: pages }, (_, page) => `${5 + page} 0 R`).join(' ');
  const page = `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${points.join(' ')}]/Contents 3 0 R/Resources<</XObject<</I 4 0 R>>>>>>`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${pages}>>`,
    `<</Length ${draw.length}>>stream\n${draw}\nendstream`,
    `<</Type/XObject/Subtype/Image${form}/Length ${picture.length}>>stream\n${picture.toString('latin1')}\nendstream`,
    ...Array.from({ length: pages }, () => page),
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  const end = `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF`;
  return Buffer.from(text + table + end, 'latin1');
}

/** Its packets hold no picture: nobody looks into them. Cameras write the index at the end, where `fastStart` is false. */
export async function video(
  container: 'mp4' | 'webm',
  { seconds = 3, perSecond = 10, fastStart = false as false | 'in-memory' } = {},
): Promise<Buffer> {
  const format: OutputFormat = container === 'mp4' ? new Mp4OutputFormat({ fastStart }) : new WebMOutputFormat();
  const output = new Output({ format, target: new BufferTarget() });
  const source = new EncodedVideoPacketSource('vp9');
  output.addVideoTrack(source, { frameRate: perSecond });
  await output.start();
  for (let index = 0; index < seconds * perSecond; index++) {
    const packet = new EncodedPacket(Buffer.alloc(900, index), 'key', index / perSecond, 1 / perSecond);
    await source.add(packet, { decoderConfig: { codec: 'vp09.00.10.08', codedWidth: 320, codedHeight: 240 } });
  }
  await output.finalize();
  return Buffer.from((output.target as BufferTarget).buffer as ArrayBuffer);
}

/** A PNG that says it has so many black pixels, and holds `rows` of them. */
export function png({ width, height, rows = height }: { width: number; height: number; rows?: number }): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const data = deflateSync(Buffer.alloc(rows * (1 + Math.ceil(width / 8))), { level: 9 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const frame = Buffer.alloc(data.length + 12);
  frame.writeUInt32BE(data.length);
  frame.write(type, 4);
  data.copy(frame, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, -4)), data.length + 8);
  return frame;
}

const half = (file: Buffer) => file.subarray(0, file.length / 2);

/** What must not end a runner, with the code that it becomes. */
export async function hostileFiles(): Promise<[name: string, file: Buffer, code: string][]> {
  const jpeg = await photo().jpeg().toBuffer();
  const pictures: [string, Buffer, string][] = [
    ['a PNG of 50,000 × 50,000', png({ width: 50_000, height: 50_000, rows: 1 }), 'picture_too_large'],
    ['a PNG of 30,000 × 30,000 in 110 kB', png({ width: 30_000, height: 30_000 }), 'picture_too_large'],
    ['a PNG without most of its rows', png({ width: 64, height: 64, rows: 1 }), 'picture_unreadable'],
    ['a JPEG that was cut off', half(jpeg), 'picture_unreadable'],
    ['a JPEG that is none', Buffer.from('\xff\xd8\xff and then words', 'latin1'), 'picture_unreadable'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture_unreadable'],
    ['nothing', Buffer.alloc(0), 'picture_unreadable'],
  ];
  return [
    ...pictures,
    ['a PDF of 1,000 pages', await pdf(jpeg, { pages: 1000 }), 'pdf_too_long'],
    ['a PDF that was cut off', half(await pdf(jpeg)), 'pdf_unreadable'],
    ['a PDF that is none', Buffer.from('%PDF-1.7\nand then words'), 'pdf_unreadable'],
  ];
}

/** A page whose picture takes a few kilobytes and inflates to 800 MB. */
export function memoryBomb(): Buffer {
  const side = 16_384;
  // RunLengthDecode: 0x81 repeats the byte behind it 128 times. Its end mark is 0x80.
  const runs = Buffer.alloc((side * side * 3 * 2) / 128 + 1, Buffer.from([0x81, 0x7f]));
  runs[runs.length - 1] = 0x80;
  const form = `/Width ${side}/Height ${side}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter[/FlateDecode/RunLengthDecode]`;
  return writePdf(form, deflateSync(runs, { level: 9 }), 1, [595, 842]);
}
