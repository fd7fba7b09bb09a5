const marks = require(`${__hooks}/lib/profiles/marks.json`);
const { isAmong, isLetterOrDigit } = require(`${__hooks}/lib/profiles/letters.js`);

/** Letters that no normalisation takes apart, as people write them without their strokes. */
const PLAIN = { đ: 'd', ð: 'd', ø: 'o', ł: 'l', ħ: 'h', ŧ: 't', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th' };

/** What most names are made of once their accents are off, which spares goja a look at each character. */
const PLAIN_NAME = /^[a-z0-9 .,-]*$/;

/** The words of a name without case and accents. What is neither letter, digit nor accent ends a word, but for an apostrophe. */
function wordsOf(name) {
  const decomposed = name.toLowerCase().normalize('NFKD');
  const plain = decomposed.replace(/[\u0300-\u036f'’ʼ]/g, '').replace(/đ/g, 'd');
  if (PLAIN_NAME.test(plain)) return plain.split(/[ .,-]/).filter(Boolean);
  let text = '';
  for (const character of decomposed) {
    const code = character.codePointAt(0);
    if (isLetterOrDigit(code)) text += PLAIN[character] ?? character;
    else if (!isAmong(marks, code) && !"'’ʼ".includes(character)) text += ' ';
  }
  return text.split(' ').filter(Boolean);
}

/** A name of nothing but an apostrophe's letters is its own word, or nobody would find it, and it would equal each other one. */
function nameWords(name) {
  const words = wordsOf(name);
  return words.length > 0 || name === '' ? words : [name];
}

/** What `name_words` holds of a name. */
const distinctWords = (name) => [...new Set(nameWords(name))];

module.exports = { distinctWords, nameWords, wordsOf };
