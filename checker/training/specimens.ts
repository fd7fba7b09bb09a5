/** Documents of nobody: random fields with real check digits, drawn as SVG without any installed font. */
import { checkDigitOf, FORMATS, type Format } from '../../src/lib/zones/formats.ts';
import { type FontName, faceOf } from './fonts.ts';
import { Random } from './random.ts';

export interface Fields {
  state: string;
  surname: string;
  given: string;
  number: string;
  /** As in the zone: YYMMDD. */
  birth: string;
  expiry: string;
  sex: 'F' | 'M' | 'X' | '<';
  optional: string;
}

export interface Specimen {
  format: Format;
  fields: Fields;
  lines: string[];
  svg: string;
  width: number;
  height: number;
}

/** In tenths of a millimetre, as ICAO 9303 and ISO 7810 have them; every zone is printed at 10 characters an inch. */
const SIZES: Record<Format, [width: number, height: number]> = {
  TD1: [856, 540],
  CHE: [856, 540],
  'FRA-LICENCE': [856, 540],
  TD2: [1050, 740],
  FRA: [1050, 740],
  'MRV-B': [1050, 740],
  TD3: [1250, 880],
  'MRV-A': [1200, 800],
};
const PITCH = 25.4;
const LINE_DISTANCE = 63.5;
const SURNAMES =
  'NGUYEN GARCIA<LOPEZ MUELLER OCONNOR ZHANG KOWALSKI SMITH OKONKWO IVANOVA TRAN DE<LA<CRUZ SHEVCHENKO BJOERKLUND QUISPE XU VAN<DER<BERG PAPADOPOULOS<KONSTANTINIDIS WOLFESCHLEGELSTEINHAUSENBERGERDORFF'.split(
    ' ',
  );
const GIVEN =
  'THI<MINH<ANH MARIA<JOSE JUERGEN SEAN WEI ANNA JOHN<QUINCY CHIDI OLGA VAN<HUNG JUAN IRYNA AAKE ROSA LI KEES ALEXANDRINA<WILHELMINA<JOSEPHINE'.split(
    ' ',
  );
const STATES = 'VNM ESP D<< IRL CHN POL USA NGA UTO PHL UKR SWE PER GBR NLD ROU'.split(' ');
const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const fill = (text: string, length: number) => text.slice(0, length).padEnd(length, '<');
const draw = (random: Random, from: string, length: number) => Array.from({ length }, () => random.pick(from)).join('');

function randomFields(random: Random): Fields {
  const day = (from: number, to: number) =>
    [from + random.integer(to - from), 1 + random.integer(12), 1 + random.integer(28)]
      .map((part) => String(part % 100).padStart(2, '0'))
      .join('');
  return {
    state: random.pick(STATES),
    surname: random.pick(SURNAMES),
    // A mononym has no second part.
    given: random.chance(0.06) ? '' : random.pick(GIVEN),
    number: random.pick([
      draw(random, DIGITS + LETTERS, 9),
      random.pick('ABCEKP') + draw(random, DIGITS, 8),
      draw(random, DIGITS, 9),
      draw(random, DIGITS, 8),
    ]),
    birth: day(1950, 2006),
    expiry: day(2025, 2036),
    sex: random.pick(['F', 'M', 'X']),
    optional: random.chance(0.4) ? draw(random, DIGITS, 10) : '',
  };
}

/** The zone's lines with the check digits of its format in their places. */
export function zoneLines(format: Format, fields: Fields): string[] {
  const { state, surname, given, number, birth, expiry, sex, optional } = fields;
  const names = given ? `${surname}<<${given}` : surname;
  const middle = `${fill(number, 9)}0${state}${birth}0${sex}${expiry}0`;
  const templates: Record<Format, string[]> = {
    TD1: [
      `I<${state}${fill(number, 9)}0${fill(optional, 15)}`,
      `${birth}0${sex}${expiry}0${state}${fill('', 11)}0`,
      fill(names, 30),
    ],
    TD2: [fill(`I<${state}${names}`, 36), `${middle}${fill('', 7)}0`],
    TD3: [fill(`P<${state}${names}`, 44), `${middle}${fill(optional, 14)}00`],
    'MRV-A': [fill(`V<${state}${names}`, 44), `${middle}${fill(optional, 16)}`],
    'MRV-B': [fill(`V<${state}${names}`, 36), `${middle}${fill(optional.slice(0, 8), 8)}`],
    FRA: [
      `${fill(`IDFRA${surname}`, 30)}075025`,
      `${number.replace(/\D/g, '1').padEnd(12, '7')}0${fill(given.replaceAll('<', '<<'), 14)}${birth}0${sex === 'X' ? 'F' : sex}0`,
    ],
    'FRA-LICENCE': [`D1FRA${fill(number, 9)}0${expiry}${fill(surname, 8)}0`],
    CHE: ['ABC123D<<', `FACHE${fill(number.replace(/\D/g, '5'), 9)}001<<${birth}<<<<<`, fill(names, 30)],
  };
  const lines = templates[format].map((line) => [...line]);
  for (const { line, at, of } of FORMATS[format].checkDigits) {
    const text = of.map(([from, start, end]) => lines[from]?.slice(start, end).join('')).join('');
    (lines[line] as string[])[at] = checkDigitOf(text);
  }
  return lines.map((line) => line.join(''));
}

/** What `fields` leaves open is random, and the same for the same seed. */
export function drawSpecimen(wish: {
  format: Format;
  seed: number;
  fields?: Partial<Fields>;
  font?: FontName;
}): Specimen {
  const random = new Random(wish.seed);
  const fields = { ...randomFields(random), ...wish.fields };
  const lines = zoneLines(wish.format, fields);
  const [width, height] = SIZES[wish.format];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="hsl(${random.integer(360)},25%,90%)"/>
    ${guilloches(random, width, height)}${portrait(width, height)}${printedFields(fields, width, height)}
    <path fill="#1a1a1a" d="${zoneOutline(random, lines, width, height, wish.font ?? 'ocr-b')}"/></svg>`;
  return { format: wish.format, fields, lines, svg, width, height };
}

function zoneOutline(random: Random, lines: string[], width: number, height: number, font: FontName): string {
  const face = faceOf(font);
  const capHeight = PITCH * random.between(0.94, 1.08);
  const left = (width - PITCH * Math.max(...lines.map(({ length }) => length))) / 2;
  return lines
    .flatMap((line, row) => {
      const foot = height - 45 - (lines.length - 1 - row) * LINE_DISTANCE;
      return [...line].map((character, at) => face.outline(character, left + (at + 0.5) * PITCH, foot, capHeight));
    })
    .join('');
}

function guilloches(random: Random, width: number, height: number): string {
  const lines = Array.from({ length: 14 }, (_, i) => {
    const y = (i * height) / 14;
    const bend = y - 30 * random.next();
    return `<path d="M0 ${y + 40} Q${width / 3} ${bend} ${width * 0.6} ${y + 60} T${width} ${y + 20}" stroke="hsl(${random.integer(360)},40%,82%)"/>`;
  });
  return `<g fill="none" stroke-width="2">${lines.join('')}</g>`;
}

/** The box of a drawn face; what is compared with a face photo is not drawn. */
function portrait(width: number, height: number): string {
  const [x, y] = [width * 0.19, height * 0.26];
  return `<rect x="${width * 0.06}" y="${height * 0.1}" width="${width * 0.26}" height="${height * 0.42}" fill="#9a8f88"/>
    <ellipse cx="${x}" cy="${y}" rx="${width * 0.07}" ry="${height * 0.12}" fill="#d8b59a"/>
    <path d="M${x - width * 0.1} ${height * 0.52} q${width * 0.1} ${-height * 0.16} ${width * 0.2} 0z" fill="#456"/>`;
}

function printedFields(fields: Fields, width: number, height: number): string {
  const face = faceOf('typewriter');
  const { state, surname, given, number, birth, expiry } = fields;
  const rows = [`SPECIMEN ${state}`, surname, given, number, birth, expiry].map((text) =>
    text.replace(/<+/g, ' ').trim(),
  );
  const size = height * 0.026;
  const outlines = rows.flatMap((text, row) =>
    [...text.slice(0, 24)].map((character, at) =>
      face.outline(character, width * 0.38 + at * size * 1.1, height * (0.14 + row * 0.075), size),
    ),
  );
  return `<path fill="#222" d="${outlines.join('')}"/>`;
}
