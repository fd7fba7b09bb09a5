import { afterAll, beforeAll, describe, it } from 'vitest';
import { PNG } from '../support/api.ts';
import {
  bytes,
  chunked,
  expectNoFault,
  INVALID,
  type Insider,
  MALFORMED,
  type Refusal,
  startInsider,
  TOO_LARGE,
  text,
  WRONG_TYPE,
} from '../support/insider.ts';
import { INPUTS } from '../support/routes.ts';
import { REFUSED } from '../support/samples.ts';

let insider: Insider;
let send: Insider['send'];
let expectRefusal: Insider['expectRefusal'];
beforeAll(async () => {
  insider = await startInsider();
  ({ send, expectRefusal } = insider);
});
afterAll(() => insider.stop());

const ROUTES = Object.keys(INPUTS);
const WITH_DOCUMENT = ROUTES.filter((route) => INPUTS[route]?.isDocument);
const WITH_MULTIPART = ROUTES.filter((route) => INPUTS[route]?.isMultipart);
/** The others act on the token alone, which stands in a header here. */
const WITH_FORM = ROUTES.filter((route) => Object.keys(INPUTS[route]?.form ?? {}).length > 0);

describe('a document', () => {
  const sent = (body: BodyInit, type: string) => ({ body, headers: { 'content-type': type } });

  it.each(REFUSED)('that is %s, whatever it calls itself, is refused by every upload', async (_, head) => {
    for (const type of ['image/png', 'application/pdf', 'text/html', 'x'])
      await expectRefusal(WRONG_TYPE, WITH_DOCUMENT, (route) => send(route, sent(head, type)));
  });

  it.each<[string, RequestInit, Refusal]>([
    ['is empty', sent('', 'image/png'), INVALID],
    ['is too large', sent(Buffer.alloc(11_000_000), 'image/png'), TOO_LARGE],
    ['is JSON', text('{}'), WRONG_TYPE],
    ['has a digest that cannot be read', { body: PNG, headers: { 'content-digest': 'sha-256=:A:' } }, MALFORMED],
  ])('that %s is refused by every upload', async (_, init, refusal) => {
    await expectRefusal(refusal, WITH_DOCUMENT, (route) => send(route, init));
  });
});

const multipart = (body: BodyInit, type = 'multipart/form-data; boundary=x') => ({
  body,
  headers: { 'content-type': type },
});
const part = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

describe('a form with documents', () => {
  it.each<[string, RequestInit, Refusal]>([
    ['has no boundary', multipart('--x', 'multipart/form-data'), MALFORMED],
    ['has another boundary', multipart('y'.repeat(1000)), MALFORMED],
    ['breaks off', multipart(part('locale', 'vi')), MALFORMED],
    ['has a part without a name', multipart('--x\r\n\r\nvi\r\n--x--'), MALFORMED],
    ['has an unknown field', multipart(`${part('status', 'approved')}--x--`), INVALID],
    ['has no field', multipart('--x--'), INVALID],
    ['is no UTF-8', multipart(bytes(`${part('full_name', '\xff\xfe')}--x--`)), MALFORMED],
  ])('that %s is refused by every route that takes one', async (_, init, refusal) => {
    await expectRefusal(refusal, WITH_MULTIPART, (route) => send(route, init));
  });
});

describe('a form of the dashboard', () => {
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
  const files = new FormData();
  for (const name of ['text', 'email', 'status', 'partner', 'csrf']) files.set(name, new File([PNG], 'x.png'));

  it('of 100 kB is refused, its length declared or not', async () => {
    const body = `text=${'x'.repeat(100_000)}`;
    await expectRefusal(TOO_LARGE, WITH_FORM, (route) => send(route, { body, headers: urlencoded }));
    await expectRefusal(TOO_LARGE, WITH_FORM, (route) => send(route, chunked(body, urlencoded['content-type'])));
  });

  it.each<[string, RequestInit]>([
    ['malformed multipart', multipart('y'.repeat(1000))],
    ['multipart without a boundary', multipart('--x', 'multipart/form-data')],
    ['files in the place of texts', { body: files }],
    ['bytes that are no UTF-8', { body: bytes('text=%ff%fe&email=\xff&status=\xff'), headers: urlencoded }],
    ['JSON', text('{"status":{"$ne":1}}')],
    ['NUL', { body: 'text=%00&email=%00&password=%00&status=%00&partner=%00', headers: urlencoded }],
    ['a prototype', { body: '__proto__=x&constructor=x&csrf=x&csrf=y', headers: urlencoded }],
  ])('with %s is no fault', async (_, init) => {
    for (const route of WITH_FORM) await expectNoFault(route, await send(route, init));
  });
});
