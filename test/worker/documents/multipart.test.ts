import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { file, head } from '../../support/samples.ts';
import { expectNothingStored, type Seen, startStreams } from '../../support/streams/streams.ts';

const MB = 1_000_000;
const BOUNDARY = 'x-boundary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

let streams: Awaited<ReturnType<typeof startStreams>>;
beforeAll(async () => {
  streams = await startStreams();
});
afterAll(async () => {
  const errors = streams.errors();
  await streams.stop();
  expect(errors, 'nothing went unhandled in workerd').toBe('');
});

function part(disposition: string, content: Buffer | string = '', headers = ''): Buffer {
  const start = `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(start), Buffer.from(content), Buffer.from('\r\n')]);
}

const latin1 = (body: Buffer) => Buffer.from(body.toString('utf8'), 'latin1');
const text = (name: string, value: Buffer | string) => part(`name="${name}"`, value);
const photo = (name: string, size = 5_000) =>
  part(`name="${name}"; filename="a.png"`, file('image/png', size), 'Content-Type: image/png\r\n');
const close = Buffer.from(`--${BOUNDARY}--\r\n`);
const form = (...parts: Buffer[]) => Buffer.concat([...parts, close]);

async function patch(order: string, body: Buffer, { type = TYPE, chunked = false } = {}) {
  const { answer, seen } = streams.send(order, {
    method: 'PATCH',
    headers: { 'content-type': type },
    chunks: [body],
    ...(chunked ? {} : { length: body.length }),
  });
  const { status, body: answered } = await answer;
  return { status, body: answered, pointer: answered.errors?.[0]?.pointer, seen };
}

const received = ({ body, headers }: Seen) =>
  new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();

describe('PATCH with a form', () => {
  describe('happy', () => {
    it('fields and files in any order become one request, files first', async () => {
      const data = file('image/png', 300_000);
      const body = form(
        photo('document_front', data.length),
        text('full_name', 'Nguyễn\r\nMinh'),
        part('name="facial_video"; filename="me.mov"', head('video/quicktime')),
        text('metadata', '{"a":"1"}'),
      );
      const answer = await patch('/ok', body);
      const sha256 = createHash('sha256').update(data).digest('hex');
      const front = { filename: 'a.png', content_type: 'image/png', size: data.length, sha256 };
      expect(answer.body.documents).toMatchObject({
        document_front: front,
        facial_video: { content_type: 'video/quicktime' },
      });
      const parts = await received(answer.seen() as Seen);
      expect([...parts.keys()]).toEqual([
        'document_front',
        'document_front_meta',
        'facial_video',
        'facial_video_meta',
        '@jsonPayload',
      ]);
      expect((parts.get('facial_video') as File).name).toBe('facial_video.mov');
      expect(JSON.parse(parts.get('document_front_meta') as string)).toEqual(front);
      expect(JSON.parse(parts.get('@jsonPayload') as string)).toEqual({
        full_name: 'Nguyễn\r\nMinh',
        metadata: { a: '1' },
      });
    });

    it('a file input that was left blank is not there', async () => {
      const blank = (name: string) =>
        part(`name="${name}"; filename=""`, '', 'Content-Type: application/octet-stream\r\n');
      const body = form(
        blank('document_front'),
        photo('document_front'),
        blank('document_back'),
        text('facial_photo', ''),
        text('full_name', 'a'),
        blank('external_id'),
      );
      for (const path of ['/ok', '/ok?windowBytes=7']) {
        const answer = await patch(path, body);
        expect(Object.keys(answer.body.documents ?? {})).toEqual(['document_front']);
        const parts = await received(answer.seen() as Seen);
        expect([...parts.keys()]).toEqual(['document_front', 'document_front_meta', '@jsonPayload']);
        expect(parts.get('@jsonPayload')).toBe('{"full_name":"a"}');
      }
    });

    it('a file without a name is a file', async () => {
      const data = file('image/png', 5_000);
      const { body } = await patch('/ok', form(part('name="document_front"; filename=""', data)));
      expect(body.documents).toMatchObject({ document_front: { filename: null, size: data.length } });
    });

    it('is read alike wherever the pieces of the body begin and end', async () => {
      const tricky = Buffer.concat([head('image/png'), Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\n--\r`)]);
      const body = form(
        text('full_name', '\r\n-'),
        part('name="document_back"; filename="b"', tricky),
        text('external_id', ''),
      );
      const whole = (await patch('/ok', body)).body;
      expect(whole.documents).toMatchObject({ document_back: { size: tricky.length } });
      for (let windowBytes = 1; windowBytes <= body.length; windowBytes += 1) {
        const { body: answer, seen } = await patch(`/ok?windowBytes=${windowBytes}`, body);
        expect(answer, `windows of ${windowBytes} bytes`).toEqual(whole);
        const parts = await received(seen() as Seen);
        expect(parts.get('@jsonPayload')).toBe('{"full_name":"\\r\\n-","external_id":""}');
        expect(Buffer.from(await (parts.get('document_back') as File).arrayBuffer()).equals(tricky)).toBe(true);
      }
    });
  });

  describe('errors', () => {
    it.each([
      ['an unknown name', 422, '/shoe_size', form(text('shoe_size', '42'))],
      ['an unknown name with line breaks', 422, '/a\r\n"b', form(text('a%0D%0A%22b', '42'))],
      ['an unknown name with a slash', 422, '/a~1b~0', form(text('a/b~', '42'))],
      ['a name of Object', 422, '/__proto__', form(text('__proto__', '{}'))],
      ['a file in a text field', 422, '/full_name', form(photo('full_name'))],
      ['an empty file', 422, '/document_front', form(part('name="document_front"; filename="a.png"'))],
      ['a nameless file in a text field', 422, '/full_name', form(part('name="full_name"; filename=""', 'x'))],
      ['metadata that names a prototype', 422, '/metadata/__proto__', form(text('metadata', '{"__proto__":"x"}'))],
      ['two files of a kind', 422, '/document_front', form(photo('document_front'), photo('document_front'))],
      ['a field twice', 422, '/full_name', form(text('full_name', 'a'), text('full_name', 'b'))],
      ['too many parts', 422, '/full_name', form(...Array.from({ length: 5_000 }, () => text('full_name', '')))],
      ['text that is no UTF-8', 400, '/full_name', form(text('full_name', Buffer.from([0xff])))],
      ['metadata that is no JSON', 422, '/metadata', form(text('metadata', '{'))],
      ['text over 64 KiB', 413, '/full_name', form(text('full_name', 'x'.repeat(65_537)))],
      ['a file over its limit', 413, '/facial_photo', form(photo('facial_photo', 10_485_761))],
      ['an executable', 415, '/document_back', form(part('name="document_back"; filename="a.png"', 'MZ\x90'))],
      ['text in a file field', 415, '/document_back', form(text('document_back', 'hello'))],
      ['a video in a photo field', 415, '/facial_photo', form(part('name="facial_photo"', head('video/mp4')))],
    ])('%s is %i and names the part', async (_, status, pointer, body) => {
      const alone = await patch('/ok', body);
      expect([alone.status, alone.pointer]).toEqual([status, pointer]);
      await expectNothingStored(alone.seen);
    });

    it('text of 64 KiB passes', async () => {
      const { body } = await patch('/ok', form(text('full_name', 'x'.repeat(65_536))));
      expect(body.upstream).toBe(200);
    });

    it.each([
      ['415 for another media type', 415, 'application/json'],
      ['415 for a lookalike', 415, 'multipart/form-database; boundary=x'],
      ['400 without a boundary', 400, 'multipart/form-data'],
      ['400 for an empty boundary', 400, 'multipart/form-data; boundary=""'],
      ['400 for a boundary of 71 characters', 400, `multipart/form-data; boundary=${'b'.repeat(71)}`],
      ['400 for a boundary with other characters', 400, 'multipart/form-data; boundary="a<b>"'],
      ['400 for a boundary that the body does not have', 400, 'multipart/form-data; boundary=other'],
    ])('%s', async (_, status, type) => {
      const { status: answered, seen } = await patch('/ok', form(text('full_name', 'a')), { type });
      expect(answered).toBe(status);
      expect(seen()).toBeUndefined();
    });

    it.each([
      ['no body', Buffer.alloc(0)],
      ['no closing boundary', Buffer.concat([photo('document_front'), text('full_name', 'a')])],
      ['a file cut short', photo('document_front').subarray(0, 3_000)],
      ['headers cut short', Buffer.from(`--${BOUNDARY}\r\nContent-Disp`)],
      ['a part without a name', form(part('filename="a.png"', 'x'))],
      ['a file name that is no UTF-8', form(latin1(part('name="document_front"; filename="José"', 'x')))],
      ['a part without Content-Disposition', Buffer.from(`--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`)],
      ['an attachment', form(Buffer.from(String(text('full_name', 'x')).replace('form-data', 'attachment')))],
      ['a quote that never ends', form(part('name="full_name', 'x'))],
      ['a line break in a name', form(part('name="full\r\n_name"', 'x'))],
      [
        'text after a boundary',
        Buffer.from(`--${BOUNDARY}junk\r\nContent-Disposition: form-data; name="full_name"\r\n\r\n`),
      ],
      ['headers over 8 KiB', form(part('name="full_name"', 'x', `X-Long: ${'x'.repeat(9_000)}\r\n`))],
      ['headers without end', Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n`), Buffer.alloc(100_000, 'x')])],
    ])('%s is 400', async (_, body) => {
      for (const path of ['/ok', '/ok?windowBytes=7']) {
        const { status, body: answer, seen } = await patch(path, body);
        expect([status, answer.code]).toEqual([400, 'invalid_request']);
        await expectNothingStored(seen);
      }
    });

    it('a refused field after a file aborts the request that has begun', async () => {
      const { status, pointer, seen } = await patch(
        '/ok',
        form(photo('document_front', 5 * MB), text('full_name', 'refuse me')),
      );
      expect([status, pointer]).toEqual([422, '/full_name']);
      expect(seen()).toBeDefined();
      await expectNothingStored(seen);
    });

    it.each([false, true])('over 95,000,000 bytes in all is 413 (chunked: %s)', async (chunked) => {
      const video = part('name="facial_video"; filename="v"', file('video/mp4', 89 * MB));
      const { status, seen } = await patch('/ok', form(video, photo('document_front', 6 * MB)), { chunked });
      expect(status).toBe(413);
      expect(seen() !== undefined).toBe(chunked);
      await expectNothingStored(seen);
    });

    it('what follows the closing boundary counts too', async () => {
      // No more over the limit than a socket holds: what lies beyond it is not read.
      const body = Buffer.concat([form(text('full_name', 'a')), Buffer.alloc(95 * MB + 1_000)]);
      const { status, seen } = await patch('/ok', body, { chunked: true });
      expect(status).toBe(413);
      await expectNothingStored(seen);
    });
  });

  describe('faults', () => {
    it('a refusal while a file is being sent is the answer', async () => {
      const { status, body } = await patch(
        '/refuse/1000',
        form(photo('document_front', 9 * MB), text('full_name', 'a')),
      );
      expect([status, body.code]).toEqual([409, 'profile_locked']);
    });

    it('an upstream that goes away is 503', async () => {
      const { status } = await patch('/gone/1000', form(photo('document_front', 9 * MB), text('full_name', 'a')));
      expect(status).toBe(503);
    });
  });
});
