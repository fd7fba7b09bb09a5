const { ask } = require(`${__hooks}/lib/base/sql.js`);

const TEXTS = [
  'id',
  'profile',
  'from',
  'to',
  'reason_code',
  'reason',
  'note',
  'evidence_sha256',
  'actor_type',
  'actor_id',
  'request_id',
  'created',
];
const SHAPE = { ...Object.fromEntries(TEXTS.map((name) => [name, ''])), seq: 0, evidence_version: 0, kinds: '' };
const CHANGE = `SELECT ${TEXTS.map((name) => `"${name}"`)}, seq, evidence_version, IFNULL(kinds, '[]') AS kinds FROM status_history WHERE id = {:id}`;

/** A row of the history. */
function readChange(app, id) {
  const [row] = ask(app, CHANGE, SHAPE, { id });
  return { ...row, kinds: JSON.parse(row.kinds) };
}

module.exports = { readChange };
