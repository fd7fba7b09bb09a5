const { checkReviewer } = require(`${__hooks}/lib/base/caller.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);

const MOST = 200;
const NEWEST = 'SELECT IFNULL(MAX(seq), 0) AS seq FROM audit_log';
const AFTER = `SELECT seq, profile FROM audit_log WHERE seq > {:after} AND seq <= {:until} AND profile != '' AND action NOT LIKE '%.read'`;

/**
 * The profiles that were written since a place in the audit log, which numbers every write: rows that SQL writes raise no event of PocketBase's.
 * Without `after` it tells the place alone. Of more than `MOST` rows it tells that there was much (`all`).
 */
function changesSince(app, caller, { after }) {
  checkReviewer(caller);
  const [{ seq }] = ask(app, NEWEST, { seq: 0 }, {});
  if (after === undefined || Number(after) >= seq) return { seq, profiles: [], all: false };
  const since = Number(after) || 0;
  if (seq - since > MOST) return { seq, profiles: [], all: true };
  const rows = ask(app, AFTER, { seq: 0, profile: '' }, { after: since, until: seq });
  return { seq, profiles: [...new Set(rows.map((row) => row.profile))], all: false };
}

module.exports = { changesSince };
