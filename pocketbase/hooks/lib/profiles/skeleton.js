/** Characters that people and machines take for each other, and what stands for them. Numbers come without case and marks. */
const ALIKE = {
  0: 'OQDОΟ',
  1: 'ILІΙӀ',
  2: 'Z',
  5: 'SЅ',
  8: 'BВΒ',
  A: 'АΑ',
  C: 'СϹ',
  E: 'ЕΕ',
  H: 'НΗ',
  J: 'ЈͿ',
  K: 'КΚ',
  M: 'МΜ',
  N: 'Ν',
  P: 'РΡ',
  T: 'ТΤ',
  X: 'ХΧ',
  Y: 'УΥ',
};
const FOLDED = Object.fromEntries(
  Object.entries(ALIKE).flatMap(([plain, others]) => [...others].map((other) => [other, plain])),
);

/** What two look-alike numbers have in common. Not for telling people apart: `S1` and `51` are one. */
function fold(number) {
  let folded = '';
  for (const character of number) folded += FOLDED[character] ?? character;
  return folded;
}

module.exports = { fold };
