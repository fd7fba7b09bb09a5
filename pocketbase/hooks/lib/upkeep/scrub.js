const { readState, writeState } = require(`${__hooks}/lib/base/state.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);

/**
 * Rewrites the database file, so that nothing erased is left in it: secure_delete overwrites what is deleted, but not what
 * SQLite has copied before, when a page ran full and it moved rows to another. Readers go on, writers wait.
 */
function scrub(app) {
  const started = stamp(Date.now());
  if (!isDue(app)) return;
  const run = (sql) => app.nonconcurrentDB().newQuery(sql).execute();
  run('PRAGMA temp_store = FILE'); // the copy may be larger than the memory
  try {
    run('VACUUM');
  } finally {
    run('PRAGMA temp_store = MEMORY');
  }
  const checkpoint = new DynamicModel({ busy: 0 });
  app.nonconcurrentDB().newQuery('PRAGMA wal_checkpoint(TRUNCATE)').one(checkpoint);
  if (checkpoint.busy) throw new Error('A reader kept the old pages in use: scrub again.');
  writeState(app, 'scrubbed', started);
}

function isDue(app) {
  const newest = new DynamicModel({ time: '' });
  app.db().newQuery("SELECT IFNULL(MAX(redacted_at), '') AS time FROM profiles WHERE redacted_at != ''").one(newest);
  return newest.time >= (readState(app, 'scrubbed') || '0') && newest.time !== '';
}

module.exports = { scrub };
