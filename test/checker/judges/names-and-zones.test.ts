import { describe, expect, it } from 'vitest';
import { judgeDocumentMatch } from '../../../checker/judges/document-match.ts';
import { card, declared, passport, reading } from '../support/zones.ts';

const NOW = new Date('2026-11-28T12:00:00Z');

type Row = [
  source: string,
  declaredName: string,
  nameInZone: string,
  expected: 'same' | 'partial' | 'differs' | 'not_comparable',
];

/** Names in passports. "ICAO 4" to "ICAO 9303-3" are examples of that document; the others follow its tables or public practice. */
const PASSPORTS: Row[] = [
  ['ICAO 4, usual', 'Anna Maria Eriksson', 'ERIKSSON<<ANNA<MARIA', 'same'],
  ['ICAO 4, apostrophe', "Enya Siobhan O'Connor", 'OCONNOR<<ENYA<SIOBHAN', 'same'],
  ['ICAO 4, typographic apostrophe', 'Enya Siobhan O’Connor', 'OCONNOR<<ENYA<SIOBHAN', 'same'],
  ['ICAO 4, components', 'Martin Van Der Muellen', 'VAN<DER<MUELLEN<<MARTIN', 'same'],
  ['ICAO 4, hyphen', 'Huda Muhammad Jawad Al-Basri', 'AL<BASRI<<HUDA<MUHAMMAD<JAWAD', 'same'],
  ['ICAO 4, family name first', 'Vilarchao Fernandez Jose Ramon', 'VILARCHAO<FERNANDEZ<<JOSE<RAMON', 'same'],
  ['ICAO 4, one name', 'Arkfreith', 'ARKFREITH', 'same'],
  ['ICAO 4, one name of two words', 'Satriya Sudarpa', 'SATRIYA<SUDARPA', 'same'],
  [
    'ICAO 4, initials',
    'Nilavadhanananda Chayapa Dejthamrong Krasuang',
    'NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K',
    'same',
  ],
  ['ICAO 4, cut', 'Nilavadhanananda Arnpol Petch Charonguang', 'NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU', 'same'],
  [
    'ICAO 4, family name cut to initials',
    'Dingo Potoroo Bennelong Wooloomooloo Warrandyte Warnambool',
    'BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI',
    'same',
  ],
  [
    'ICAO 4, words cut to a fixed length',
    'Dingo Potoroo Bennelong Wooloomooloo Warrandyte Warnambool',
    'BENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO',
    'same',
  ],
  [
    'ICAO 4, fills the field',
    'Jonathon Warren Trevor Papandropoulous',
    'PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR',
    'same',
  ],
  [
    'ICAO 4, only a family name, cut',
    'Bennelong Wooloomooloo Warrandyte Warnambool',
    'BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA',
    'same',
  ],
  ['cut, another given name', 'Peter Arnpol Petch Charonguang', 'NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU', 'differs'],
  ['ICAO 9303-3 B.4.1', 'Térèsa Cañon', 'CANXXON<<TERESA', 'same'],
  ['Ñ as N', 'Teresa Cañón', 'CANON<<TERESA', 'same'],
  ['Ü as UE', 'Jürgen Müller', 'MUELLER<<JUERGEN', 'same'],
  ['Ü as U', 'Jürgen Müller', 'MULLER<<JURGEN', 'same'],
  ['Ü typed as UE, read as U', 'Juergen Mueller', 'MULLER<<JURGEN', 'partial'],
  ['Ø and Å', 'Bjørn Åkesson', 'AAKESSON<<BJOERN', 'same'],
  ['Þ and Ð', 'Þórdís Guðmundsdóttir', 'GUDMUNDSDOTTIR<<THORDIS', 'same'],
  ['ß', 'Karl Weiß', 'WEISS<<KARL', 'same'],
  ['Turkish ı and İ', 'İbrahim Yıldız', 'YILDIZ<<IBRAHIM', 'same'],
  ['Polish', 'Łukasz Żółć', 'ZOLC<<LUKASZ', 'same'],
  ['Russian, ICAO', 'Ольга Щербакова', 'SHCHERBAKOVA<<OLGA', 'same'],
  ['Russian, passports before 2010', 'Юлия Цой', 'TSOY<<YULIYA', 'same'],
  ['Ukrainian', 'Євген Ющенко', 'YUSHCHENKO<<YEVHEN', 'same'],
  ['Serbian', 'Ђорђе Шћепановић', 'SCEPANOVIC<<DJORDJE', 'same'],
  ['Bulgarian', 'Щерю Петров', 'PETROV<<SHTERIU', 'same'],
  ['Russian, another name', 'Иван Петров', 'SIDOROV<<IVAN', 'differs'],
  ['Arabic, ICAO 9303-3 B.5', 'ابو بكر محمد بن زكريا الرازي', 'ALRAZY<<ABW<BKR<MXHMD<BN<ZKRYA', 'same'],
  ['Arabic, by sound', 'محمد أحمد', 'AHMED<<MOHAMMED', 'not_comparable'],
  ['Han', '王小明', 'WANG<<XIAOMING', 'not_comparable'],
  ['Han and Latin', '王小明 Wang Xiaoming', 'WANG<<XIAOMING', 'same'],
  ['Hangul', '김민지', 'KIM<<MINJI', 'not_comparable'],
  ['Thai', 'สมชาย ใจดี', 'JAIDEE<<SOMCHAI', 'not_comparable'],
  ['Greek, no table', 'Χρήστος Παππάς', 'PAPPAS<<CHRISTOS', 'partial'],
  ['Korean syllables apart', 'Kim Min-ji', 'KIM<<MINJI', 'same'],
  ['prefix run together', 'Juan de la Cruz', 'DELACRUZ<<JUAN', 'same'],
  ['middle name missing in the form', 'Anna Eriksson', 'ERIKSSON<<ANNA<MARIA', 'partial'],
  ['middle name missing in the document', 'Anna Maria Sofia Eriksson', 'ERIKSSON<<ANNA<MARIA', 'partial'],
  ['initial', 'Anna M. Eriksson', 'ERIKSSON<<ANNA<MARIA', 'partial'],
  ['another family name', 'Anna Maria Svensson', 'ERIKSSON<<ANNA<MARIA', 'differs'],
  ['given name alone', 'Anna', 'ERIKSSON<<ANNA<MARIA', 'differs'],
];

/** Names in cards of three lines, where thirty characters are soon full. */
const CARDS: Row[] = [
  ['ICAO 5, fills the field', 'Jonathon Alec Papandropoulous', 'PAPANDROPOULOUS<<JONATHON<ALEC', 'same'],
  ['ICAO 5, initials', 'Nilavadhanananda Chayapa Dejthamrong Krasuang', 'NILAVADHANANANDA<<CHAYAPA<DE<K', 'same'],
  [
    'ICAO 5, all cut',
    'Dingo Potoroo Bennelong Wooloomooloo Warrandyte Warnambool',
    'BENNE<WOOLO<WARRA<WARNA<<DIN<P',
    'same',
  ],
  ['Vietnamese', 'Nguyễn Thị Đặng', 'NGUYEN<<THI<DANG', 'same'],
];

const OUTCOMES = {
  same: ['pass', []],
  partial: ['attention', ['name_partial']],
  differs: ['attention', ['name_differs']],
  not_comparable: ['inconclusive', ['name_not_comparable']],
} as const;

function judge(full_name: string, lines: string[]) {
  const { outcome, findings } = judgeDocumentMatch(
    { zone: reading(lines), barcode: null },
    declared({ full_name }),
    NOW,
  );
  return [outcome, findings.map(({ code }) => code)];
}

describe('A declared name beside a zone', () => {
  it.each(PASSPORTS)('passport, %s: %s beside %s is %s', (_, full_name, name, expected) => {
    expect(judge(full_name, passport({ name }))).toEqual(OUTCOMES[expected]);
  });

  it.each(CARDS)('card, %s: %s beside %s is %s', (_, full_name, name, expected) => {
    expect(judge(full_name, card({ name }))).toEqual(OUTCOMES[expected]);
  });
});
