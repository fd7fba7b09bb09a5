/** Every character that ICAO 9303-3 allows in a zone, in the order of the net's answers. */
export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<';

/** The net's last answer: no character stands in the middle of this cell. */
export const NOTHING = ALPHABET.length;
export const ANSWERS = ALPHABET.length + 1;
