const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The letter of this cell, with which each id begins. */
const cell = () => $os.getenv('CELL') || 'a';

/** An id for a row that SQL writes, formed as PocketBase forms those of records. */
const newId = () => cell() + $security.randomStringWithAlphabet(14, ALPHABET);

module.exports = { cell, newId };
