const lettersAndDigits = require(`${__hooks}/lib/profiles/letters-digits.json`);

/** Binary search in a table of boundaries: a code point with an odd number of them at or below it lies inside. */
function isAmong(boundaries, code) {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[middle] <= code) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

/** goja's own \p{L} and \p{N} are wrong: `scripts/letters-and-digits.ts` writes the table. */
const isLetterOrDigit = (code) => isAmong(lettersAndDigits, code);

module.exports = { isAmong, isLetterOrDigit };
