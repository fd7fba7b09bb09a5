/** A time as PocketBase stores it: as text, so that SQL compares it. */
function stamp(milliseconds) {
  return new Date(milliseconds).toISOString().replace('T', ' ');
}

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

module.exports = { stamp, SECOND, HOUR, DAY };
