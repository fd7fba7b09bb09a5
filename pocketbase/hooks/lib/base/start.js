const { cell } = require(`${__hooks}/lib/base/ids.js`);
const { readState } = require(`${__hooks}/lib/base/state.js`);

/** The longest upload, 90 MB at 400 kbit/s, takes 30 minutes; Go counts nanoseconds. */
const LONGEST_REQUEST = 40 * 60 * 1e9;
/** A request beyond them opens a connection of its own, which doubles what a read costs. */
const IDLE_READERS = 120;

/** @throws when the data belongs to another cell */
function prepare(e) {
  const known = readState(e.app, 'cell');
  if (known !== cell()) throw new Error(`CELL is ${cell()}, but this data is that of cell ${known}.`);
  e.server.readTimeout = LONGEST_REQUEST;
  e.server.writeTimeout = LONGEST_REQUEST;
  e.app.concurrentDB().db().setMaxIdleConns(IDLE_READERS);
  // The writer's one connection stays, and with it the setting and the compiled statements.
  const writer = e.app.nonconcurrentDB().db();
  writer.setConnMaxIdleTime(0);
  writer.setConnMaxLifetime(0);
  e.app.nonconcurrentDB().newQuery('PRAGMA secure_delete = ON').execute();
}

module.exports = { prepare };
