const marks = require(`${__hooks}/lib/profiles/marks.json`);
const { isAmong, isLetterOrDigit } = require(`${__hooks}/lib/profiles/letters.js`);

/** Letters that no normalisation takes apart, as people write them without their strokes. */
const PLAIN = { đ: 'd', ð: 'd', ø: 'o', ł: 'l', ħ: 'h', ŧ: 't', ı: 'i', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th' };

/** The words of a name without case and accents. What is neither letter, digit nor accent ends a word, but for an apostrophe. */
function wordsOf(name) {
  let text = '';
  for (const character of name.toLowerCase().normalize('NFKD')) {
    const code = character.codePointAt(0);
    if (isLetterOrDigit(code)) text += PLAIN[character] ?? character;
    else if (!isAmong(marks, code) && !"'’ʼ".includes(character)) text += ' ';
  }
  return text.split(' ').filter(Boolean);
}

module.exports = { wordsOf };
