import { describe, expect, it } from 'vitest';
import { isSpelledAs, spell } from '../../../checker/names/spelling.ts';

/** Table A of ICAO Doc 9303-3 section 6, letter by letter. */
const LATIN =
  'À=A Á=A Â=A Ã=A Ä=AE|A Å=AA|A Æ=AE Ç=C È=E É=E Ê=E Ë=E Ì=I Í=I Î=I Ï=I Ð=D Ñ=N|NXX Ò=O Ó=O Ô=O Õ=O Ö=OE|O Ø=OE Ù=U Ú=U Û=U ' +
  'Ü=UE|UXX|U Ý=Y Þ=TH Ā=A Ă=A Ą=A Ć=C Ĉ=C Ċ=C Č=C Ď=D Đ=D Ē=E Ĕ=E Ė=E Ę=E Ě=E Ĝ=G Ğ=G Ġ=G Ģ=G Ĥ=H Ħ=H Ĩ=I Ī=I Ĭ=I Į=I İ=I ı=I ' +
  'Ĳ=IJ Ĵ=J Ķ=K Ĺ=L Ļ=L Ľ=L Ŀ=L Ł=L Ń=N Ņ=N Ň=N Ŋ=N Ō=O Ŏ=O Ő=O Œ=OE Ŕ=R Ŗ=R Ř=R Ś=S Ŝ=S Ş=S Š=S Ţ=T Ť=T Ŧ=T Ũ=U Ū=U Ŭ=U Ů=U ' +
  'Ű=U Ų=U Ŵ=W Ŷ=Y Ÿ=Y Ź=Z Ż=Z Ž=Z ẞ=SS ß=SS';

/** Table B. The rows of Ѓ and Ћ bear code points of Kazakh and Bashkir letters there, so both are here. */
const CYRILLIC =
  'Ё=E|IO Ђ=D Є=IE|YE Ѕ=DZ І=I Ї=I|YI Ј=J Љ=LJ Њ=NJ Ќ=K|KJ Ў=U Џ=DZ|DJ А=A Б=B В=V Г=G|H Д=D Е=E Ж=ZH|Z З=Z И=I|Y Й=I|Y К=K Л=L М=M ' +
  'Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=KH|H Ц=TS|C Ч=CH|C Ш=SH|S Щ=SHCH|SHT Ъ=IE Ы=Y Э=E Ю=IU|YU Я=IA|YA Ѫ=U Ѵ=Y Ґ=G Ғ=G|GJ Ѓ=G|GJ Һ=C Ћ=C';

/** Table C. */
const ARABIC =
  'ء=XE آ=XAA أ=XAE ؤ=U إ=I ئ=XI ا=A ب=B ة=XTA|XAH ت=T ث=XTH ج=J ح=XH خ=XKH د=D ذ=XDH ر=R ز=Z س=S ش=XSH ص=XSS ض=XDZ ط=XTT ظ=XZZ ع=E غ=G ' +
  'ف=F ق=Q ك=K ل=L م=M ن=N ه=H و=W ى=XAY ي=Y ٱ=XXA ٹ=XXT ټ=XRT پ=P ځ=XKE څ=XXH چ=XC ڈ=XXD ډ=XDR ڑ=XXR ړ=XRR ږ=XRX ژ=XJ ښ=XXS ک=XKK ' +
  'ګ=XXK ڭ=XNG گ=XGG ں=XNN ڼ=XXN ھ=XDO ۀ=XYH ہ=XXG ۂ=XGE ۃ=XTG ی=XYA ۍ=XXY ې=Y ے=XYB ۓ=XBE';

describe('Spellings of ICAO Doc 9303-3 section 6', () => {
  it.each([
    ['Latin', LATIN],
    ['Cyrillic', CYRILLIC],
    ['Arabic', ARABIC],
  ])('every letter of the %s table has each of its spellings', (_, table) => {
    const missing = table.split(' ').filter((row) => {
      const [letter, spellings] = row.split('=') as [string, string];
      const [word] = spell(letter);
      return !word || word.basis === 'none' || !spellings.split('|').every((one) => isSpelledAs(word.letters, one));
    });
    expect(missing).toEqual([]);
  });

  it('Vietnamese letters lose all their marks', () => {
    const [word] = spell('ĂẮẰẲẴẶÂẤẦẨẪẬÊẾỀỂỄỆÔỐỒỔỖỘƠỚỜỞỠỢƯỨỪỬỮỰỲÝỶỸỴĐ');
    expect(word?.basis).toBe('exact');
    expect(
      isSpelledAs(word?.letters ?? [], `${'A'.repeat(12)}${'E'.repeat(6)}${'O'.repeat(12)}${'U'.repeat(6)}YYYYYD`),
    ).toBe(true);
  });

  it('a shadda doubles the letter, and vowel signs are not written', () => {
    const [abbas] = spell('عبّاس');
    expect(isSpelledAs(abbas?.letters ?? [], 'EBBAS')).toBe(true);
    const [silver] = spell('فَضّة');
    expect(isSpelledAs(silver?.letters ?? [], 'FXDZDZXAH')).toBe(true);
  });

  it('a letter with two spellings is spelled as each, in every place', () => {
    const [word] = spell('Müllerström');
    for (const read of ['MUELLERSTROEM', 'MULLERSTROM', 'MUXXLLERSTROEM', 'MULLERSTROEM']) {
      expect(isSpelledAs(word?.letters ?? [], read)).toBe(true);
    }
    expect(isSpelledAs(word?.letters ?? [], 'MILLERSTROM')).toBe(false);
  });
});
