import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import limits from '../../../pocketbase/hooks/lib/shared/document-kinds.json' with { type: 'json' };
import { ENCRYPTED_PDFS, readPdf } from '../../support/pdf.ts';
import { ACCEPTED, file, head, REFUSED } from '../../support/samples.ts';
import { answered } from '../../support/streams/put.ts';
import { expectNothingStored, type Seen, type Streams, startStreams } from '../../support/streams/streams.ts';

const PHOTO_LIMIT = limits.document_front.maxSize;
const VIDEO_LIMIT = limits.facial_video.maxSize;
const MB = 1_000_000;

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
const contentDigest = (data: Buffer) => `sha-256=:${sha256(data).toString('base64')}:`;

let streams: Streams;
beforeAll(async () => {
  streams = await startStreams();
});
afterAll(async () => {
  const errors = streams.errors();
  await streams.stop();
  expect(errors, 'nothing went unhandled in workerd').toBe('');
});

/** A PDF of which another one is an attachment. */
function embed(inner: string): string {
  const start = `%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<</Length ${inner.length}>>stream\n${inner}\nendstream endobj\n`;
  const table = 'xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 1>>\n';
  return `${start}${table}startxref\n${start.length}\n%%EOF\n`;
}

const form = ({ body, headers }: Seen) =>
  new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();

const both = [
  { how: 'with a length', chunked: false },
  { how: 'chunked', chunked: true },
];

describe('PUT of a document', () => {
  describe('happy', () => {
    it.each(both)('arrives whole under a neutral name, with its facts, $how', async ({ chunked }) => {
      const data = file('image/png', 700_001);
      const options = { type: 'image/png', chunked, headers: { 'content-digest': contentDigest(data) } };
      const { body, seen } = await answered(
        streams,
        `/ok?filename=${encodeURIComponent('hộ chiếu.png')}`,
        data,
        options,
      );
      const meta = {
        filename: 'hộ chiếu.png',
        content_type: 'image/png',
        size: data.length,
        sha256: sha256(data).toString('hex'),
      };
      expect(body.meta).toEqual(meta);
      const request = seen() as Seen;
      expect(request.headers['content-length']).toBe(chunked ? undefined : String(request.bytes));
      const parts = await form(request);
      expect([...parts.keys()]).toEqual(['document_front', 'document_front_meta']);
      const stored = parts.get('document_front') as File;
      expect([stored.name, stored.type]).toEqual(['document_front.png', 'image/png']);
      expect(Buffer.from(await stored.arrayBuffer()).equals(data)).toBe(true);
      expect(JSON.parse(parts.get('document_front_meta') as string)).toEqual(meta);
    });

    it.each(both)('a file of exactly the limit passes, $how', async ({ chunked }) => {
      const photo = await answered(streams, '/ok', file('image/jpeg', PHOTO_LIMIT), { type: 'image/jpeg', chunked });
      expect(photo.body.meta).toMatchObject({ size: PHOTO_LIMIT });
      const video = await answered(streams, '/ok?kind=facial_video', file('video/mp4', VIDEO_LIMIT), {
        type: 'video/mp4',
        chunked,
      });
      expect(video.body.meta).toMatchObject({ size: VIDEO_LIMIT });
    });

    it.each(ACCEPTED)('%s is known by its content', async (_, type, start) => {
      const kind = type.startsWith('video/') ? 'facial_video' : 'document_front';
      for (const declared of [type, `${type.toUpperCase()}; codecs="a, b"`, 'application/octet-stream', null]) {
        const { body } = await answered(streams, `/ok?kind=${kind}`, start, { type: declared });
        expect(body.meta, String(declared)).toMatchObject({ content_type: type, size: start.length });
      }
    });

    it.each([
      ['image/jpeg', ['image/jpg', 'image/pjpeg', 'IMAGE/JPG; q=1']],
      ['image/png', ['image/x-png']],
      ['application/pdf', ['application/x-pdf', 'application/acrobat', 'text/pdf']],
      ['video/quicktime', ['video/mov', 'video/x-quicktime', 'video/mp4', 'video/x-m4v']],
      ['video/mp4', ['video/x-m4v', 'application/mp4', 'video/quicktime', 'video/mov']],
      ['video/webm', ['video/x-webm']],
    ])('%s may be declared by another spelling, or not at all', async (type, spellings) => {
      const kind = type.startsWith('video/') ? 'facial_video' : 'document_front';
      const nothing = ['binary/octet-stream', 'application/x-www-form-urlencoded', '*/*', 'image/*', ' ; charset=x'];
      for (const declared of [...spellings, ...nothing]) {
        const { body } = await answered(streams, `/ok?kind=${kind}`, head(type), { type: declared });
        expect(body.meta, declared).toMatchObject({ content_type: type });
      }
    });

    it('a type is known however small the pieces are', async () => {
      const data = file('video/webm', 5_000);
      const { body } = await answered(streams, '/ok?kind=facial_video&windowBytes=1', data, { type: 'video/webm' });
      expect(body.meta).toMatchObject({ size: 5_000, sha256: sha256(data).toString('hex') });
    });
  });

  describe('errors', () => {
    it('a byte over the declared limit is 413 before anything is sent on', async () => {
      const { status, body, seen } = await answered(streams, '/ok', file('image/png', PHOTO_LIMIT + 1), {
        type: 'image/png',
      });
      expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([413, 'payload_too_large', '/document_front']);
      expect(seen()).toBeUndefined();
    });

    it.each([
      ['chunked', '/ok', true],
      ['under a length that lies', `/ok?length=${PHOTO_LIMIT}`, true],
    ])('a byte over the limit found on the way, %s, aborts the upstream', async (_, path, chunked) => {
      const { status, seen } = await answered(streams, path, file('image/png', PHOTO_LIMIT + 1), {
        type: 'image/png',
        chunked,
      });
      expect(status).toBe(413);
      await expectNothingStored(seen);
    });

    it('a client that reads only after sending all still sees the 413', async () => {
      const { status } = await answered(streams, '/ok', file('image/png', PHOTO_LIMIT + 50 * MB), {
        type: 'image/png',
        chunked: true,
      });
      expect(status).toBe(413);
    });

    it.each([500_000, 700_000])('a body that is not as long as declared (%i bytes) is 400', async (length) => {
      const data = file('image/png', 600_000);
      const { status, seen } = await answered(streams, `/ok?length=${length}`, data, {
        type: 'image/png',
        chunked: true,
      });
      expect(status).toBe(400);
      await expectNothingStored(seen);
    });

    it.each(REFUSED)('%s is 415 whatever it calls itself, and nothing is sent on', async (_, start) => {
      for (const [kind, type] of [
        ['document_front', 'image/png'],
        ['facial_video', 'video/mp4'],
      ]) {
        const data = Buffer.concat([start, Buffer.alloc(5_000)]);
        const { status, body, seen } = await answered(streams, `/ok?kind=${kind}`, data, { type: type ?? null });
        expect([status, body.errors?.[0]?.pointer]).toEqual([415, `/${kind}`]);
        expect(seen()).toBeUndefined();
      }
    });

    it('a declared type other than the content, or one the kind does not take, is 415', async () => {
      const mismatch = await answered(streams, '/ok', file('image/png', 9_000), { type: 'image/jpeg' });
      const strange = await answered(streams, '/ok', file('image/png', 9_000), { type: 'image/x-icon' });
      const otherFamily = await answered(streams, '/ok?kind=facial_video', file('video/webm', 9_000), {
        type: 'video/mp4',
      });
      expect([strange.status, otherFamily.status]).toEqual([415, 415]);
      const pdfFace = await answered(streams, '/ok?kind=facial_photo', file('application/pdf', 9_000), {
        type: 'application/pdf',
      });
      expect([mismatch.status, pdfFace.status]).toEqual([415, 415]);
      expect([mismatch.seen(), pdfFace.seen()]).toEqual([undefined, undefined]);
    });

    it('a form in place of the file is 415, and the answer says what to send', async () => {
      const type = 'multipart/form-data; boundary=x';
      const { status, body, seen } = await answered(streams, '/ok', Buffer.from('--x\r\n'), { type });
      expect([status, body.errors?.[0]?.detail]).toEqual([415, 'Send the file itself as the body, not a form']);
      expect(seen()).toBeUndefined();
    });

    it.each(ENCRYPTED_PDFS)(
      'a PDF that needs a password (%s) is 422 before the upstream has all of it',
      async (name) => {
        for (const windowBytes of [100, 524_288]) {
          const data = readPdf(`${name}-user`);
          const { status, body, seen } = await answered(streams, `/ok?windowBytes=${windowBytes}`, data, {
            chunked: true,
          });
          expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/document_front']);
          expect(body.errors?.[0]?.detail).toContain('password');
          await expectNothingStored(seen);
          const open = await answered(streams, `/ok?windowBytes=${windowBytes}`, readPdf(`${name}-owner`), {
            chunked: true,
          });
          expect(open.status, 'with an owner’s password alone').toBe(200);
        }
      },
    );

    it('a PDF of which nobody can tell is stored', async () => {
      const locked = readPdf('r6-user').toString('latin1');
      const variants = {
        'without an end': locked.slice(0, locked.indexOf('startxref')),
        'of another handler': locked.replace('/Filter /Standard', '/Filter /AnyBody!'),
        'of a later revision': locked.replace('/R 6', '/R 7'),
        'with attachments alone encrypted': locked.replace('/StmF /StdCF /StrF /StdCF', '/StmF /Identity'),
        'with a broken dictionary': locked.replace('/StmF', '(((('),
        'that has one within': embed(locked),
      };
      for (const [how, text] of Object.entries(variants)) {
        const { status } = await answered(streams, '/ok', Buffer.from(text, 'latin1'), {});
        expect([how, status]).toEqual([how, 200]);
      }
    });

    it.each(both)('an empty file is 422 and names its kind, $how', async ({ chunked }) => {
      const { status, body, seen } = await answered(streams, '/ok?kind=facial_photo', Buffer.alloc(0), {
        type: 'image/png',
        chunked,
      });
      expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'validation_failed', '/facial_photo']);
      expect(seen()).toBeUndefined();
    });

    it.each(both)('another digest than announced is 422 and aborts the upstream, $how', async ({ chunked }) => {
      const headers = { 'content-digest': `sha-512=:AA==:, ${contentDigest(Buffer.from('other'))}` };
      const { status, body, seen } = await answered(streams, '/ok', file('image/png', MB), {
        type: 'image/png',
        chunked,
        headers,
      });
      expect([status, body.code]).toEqual([422, 'digest_mismatch']);
      await expectNothingStored(seen);
    });

    it('a digest that cannot be one is 400, another algorithm is ignored', async () => {
      const withDigest = (digest: string) =>
        answered(streams, '/ok', head('image/png'), { headers: { 'content-digest': digest } });
      expect((await withDigest('sha-256=:AAAA:')).status).toBe(400);
      expect((await withDigest('sha-256=AAAA')).status).toBe(400);
      expect((await withDigest('md5=:AAAA:')).status).toBe(200);
    });
  });
});
