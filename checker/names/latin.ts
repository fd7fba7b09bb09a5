/**
 * ICAO Doc 9303-3 section 6 A: the letters whose spelling is not just the letter without its marks.
 * ICAO's spellings stand first; the last one is what an applicant types without the letter on the keyboard.
 */
export const LATIN: Record<string, string[]> = {
  Ä: ['AE', 'A'],
  Å: ['AA', 'A'],
  Æ: ['AE'],
  Ð: ['D'],
  // Serbian passports bear DJ.
  Đ: ['D', 'DJ'],
  Ħ: ['H'],
  Ĳ: ['IJ'],
  Ŀ: ['L'],
  Ł: ['L'],
  Ñ: ['N', 'NXX'],
  Ŋ: ['N'],
  Ö: ['OE', 'O'],
  Ø: ['OE', 'O'],
  Œ: ['OE'],
  ẞ: ['SS'],
  Ŧ: ['T'],
  Ü: ['UE', 'UXX', 'U'],
  Þ: ['TH'],
};

/** One spelling for all that Latin letters with marks may become: only good enough to say that two names may be one. */
export const fold = (text: string) =>
  text
    .replace(/([NU])XX/g, '$1')
    .replace(/([AOU])E/g, '$1')
    .replace(/AA/g, 'A');
