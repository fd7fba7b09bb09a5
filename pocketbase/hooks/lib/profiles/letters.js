const lettersAndDigits = require(`${__hooks}/lib/profiles/letters-digits.json`);
const marks = require(`${__hooks}/lib/profiles/marks.json`);
const zeros = require(`${__hooks}/lib/profiles/zeros.json`);

/** How many entries of an ascending table are at most `code`. */
function countUpTo(table, code) {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle] <= code) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** In a table of boundaries: a code point with an odd number of them at or below it lies inside. */
const isAmong = (boundaries, code) => countUpTo(boundaries, code) % 2 === 1;

/** goja's own \p{L}, \p{N} and \p{M} are wrong: `scripts/letters-and-digits.ts` writes the tables. */
const isLetterOrDigit = (code) => isAmong(lettersAndDigits, code);
const isMark = (code) => isAmong(marks, code);

/** The value of a decimal digit of any script; null for any other character. A script's ten digits follow one another. */
function decimalValue(code) {
  const value = code - zeros[countUpTo(zeros, code) - 1];
  return value >= 0 && value <= 9 ? value : null;
}

module.exports = { decimalValue, isAmong, isLetterOrDigit, isMark };
