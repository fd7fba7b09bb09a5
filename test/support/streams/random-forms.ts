import { ACCEPTED } from '../samples.ts';

/** mulberry32: a failing case is found again by its seed. */
export function randomSource(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]) => items[below(items.length)] as T;
  return {
    below,
    pick,
    chance: (probability: number) => next() < probability,
    many: <T>(limit: number, make: () => T) => Array.from({ length: below(limit + 1) }, make),
    shuffled: <T>(items: readonly T[]) =>
      items
        .map((item) => ({ item, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item),
  };
}
export type Random = ReturnType<typeof randomSource>;

export interface RandomForm {
  /** Which client it imitates, and so which reference reads it: browsers escape by percent, curl by backslash. */
  style: 'browser' | 'curl';
  contentType: string;
  body: Buffer;
}

const KINDS = ['document_front', 'document_back', 'facial_photo', 'facial_video'];
const FIELDS = ['full_name', 'external_id', 'metadata'];
const BOUNDARY_CHARACTERS = "0123456789abcdefXYZ'()+_,-./:=?";
const NAME_PIECES = [
  'a',
  'B',
  ' ',
  '.jpg',
  'ộ',
  'Ж',
  '漢',
  '🛂',
  '"',
  ';',
  '; name="x"',
  "'",
  '%',
  '%41',
  '=',
  '(',
  '/',
  ':',
  '\t',
];

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Node's parser finds a boundary in mid-line too, so browsers get one that is as long as theirs are. */
function boundary(random: Random, style: RandomForm['style']): string {
  const characters = (count: number) =>
    Array.from({ length: count }, () => random.pick([...BOUNDARY_CHARACTERS])).join('');
  return style === 'browser' ? `----WebKitFormBoundary${characters(16)}` : characters(1 + random.below(70));
}

/** Noise that is full of almost-delimiters. */
function content(random: Random, delimiter: string): Buffer {
  const near = () => delimiter.slice(0, random.below(delimiter.length));
  const wrong = () => `${delimiter.slice(0, -1)}~`;
  const pieces = ['\r\n', '\r', '\n', '--', '\r\n--', '\r\n\r\n', '\0', '\xff'];
  const noise = () => String.fromCharCode(...random.many(random.chance(0.02) ? 4_000 : 80, () => random.below(256)));
  const make = () => random.pick([near, wrong, noise, () => random.pick(pieces)])();
  return latin1(random.many(8, make).join('').replaceAll(delimiter, '').replaceAll(delimiter, ''));
}

function filename(random: Random, style: RandomForm['style']): string {
  const pieces = style === 'browser' ? [...NAME_PIECES, '\r\n', '\n', '%22', '%0d'] : [...NAME_PIECES, '\\', 'C:\\x\\'];
  // busboy takes a part with an empty file name for a field.
  const start = style === 'curl' ? 'f' : '';
  return start + random.many(6, () => random.pick(pieces)).join('');
}

function quote(text: string, style: RandomForm['style']): string {
  if (style === 'curl') return text.replace(/["\\]/g, '\\$&');
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function nameParameters(random: Random, style: RandomForm['style'], name: string, isFile: boolean): string[] {
  const parameters = [`name="${quote(name, style)}"`];
  if (style === 'curl' && random.chance(0.1) && /^\w+$/.test(name)) parameters[0] = `name=${name}`;
  if (!isFile) return parameters;
  const plain = filename(random, style);
  if (style === 'curl' && random.chance(0.3)) {
    const encoded = encodeURIComponent(`${plain}é`).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
    parameters.push(`filename*=${random.pick(['utf-8', 'UTF-8'])}'${random.pick(['', 'en'])}'${encoded}`);
  } else {
    parameters.push(`filename="${quote(plain, style)}"`);
  }
  return style === 'curl' ? random.shuffled(parameters) : parameters;
}

function part(random: Random, style: RandomForm['style'], name: string, delimiter: string): Buffer {
  const isFile = KINDS.includes(name) !== random.chance(0.02);
  const [, type, head] = random.pick(
    ACCEPTED.filter(([, type]) => type.startsWith(name === 'facial_video' ? 'video/' : 'image/')),
  );
  const headers = [`Content-Disposition: form-data; ${nameParameters(random, style, name, isFile).join('; ')}`];
  if (isFile && random.chance(0.8))
    headers.push(`Content-Type: ${random.chance(0.8) ? type : 'application/octet-stream'}`);
  if (style === 'curl' && random.chance(0.2)) headers.push('X-Folded: one,\r\n  two');
  if (random.chance(0.1)) headers.push('Content-Transfer-Encoding: binary');
  const cased = headers.map((header) =>
    random.chance(0.2) ? header.replace(/^[\w-]+/, (key) => key.toLowerCase()) : header,
  );
  const value = () =>
    random
      .many(8, () => random.pick([...NAME_PIECES, '\r\n', '--', '\\']))
      .join('')
      .replaceAll(delimiter, '');
  const text = name === 'metadata' ? JSON.stringify({ a: value() }).replaceAll(delimiter, '') : value();
  const payload = isFile ? Buffer.concat([random.chance(0.98) ? head : latin1(''), content(random, delimiter)]) : text;
  const lines = style === 'curl' ? random.shuffled(cased) : cased;
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(payload)]);
}

/** A form as some client might send it; about one in six is not one that we take. */
export function randomForm(random: Random): RandomForm {
  const style = random.pick(['browser', 'curl'] as const);
  const token = boundary(random, style);
  const delimiter = `\r\n--${token}`;
  const names = random.shuffled([...KINDS, ...FIELDS]).slice(0, 1 + random.below(7));
  if (random.chance(0.03)) names.push(random.pick(names));
  if (random.chance(0.03)) names.push(random.pick(['name\r\nbroken', 'shoe_size', 'full_name ', 'metadata"']));
  const parts = random
    .shuffled(names)
    .flatMap((name) => [latin1(`${delimiter}\r\n`), part(random, style, name, delimiter)]);
  const preamble = style === 'curl' && random.chance(0.1) ? latin1('This is a form.') : latin1('');
  const epilogue = style === 'curl' && random.chance(0.1) ? latin1('\r\nThe end\r\n') : latin1('\r\n');
  const whole = Buffer.concat([preamble, ...parts, latin1(`${delimiter}--`), epilogue]);
  const started = preamble.length ? whole : whole.subarray(2);
  const body = random.chance(0.03) ? started.subarray(0, random.below(started.length)) : started;
  const quoted = /^[\w'+.-]+$/.test(token) && random.chance(0.5) ? token : `"${token}"`;
  return { style, contentType: `multipart/form-data; boundary=${quoted}`, body };
}
