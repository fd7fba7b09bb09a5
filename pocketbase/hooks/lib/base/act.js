const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { ask, statementOf } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { announce } = require(`${__hooks}/lib/base/announce.js`);

const MOVED_ON = 'the profile has moved on';
const DELIVERIES = 'SELECT id FROM webhook_deliveries WHERE event IN (SELECT value FROM json_each({:events}))';

/**
 * Carries out an act: one INSERT of a JSON text into a view, whose trigger writes all rows that belong together (migrations/*_acts.js).
 * @param members of the act beside its actor and time: `events` and `audit` are what it tells, `revision` is the one it was judged on
 * @throws what a trigger refuses; `hasMovedOn` says whether another act came between
 */
function perform(app, caller, view, members) {
  const withIds = (rows) => rows.map((row) => ({ id: newId(), ...row }));
  const act = {
    ...members,
    actor: { type: caller.type, id: caller.id, credential_id: caller.credentialId, request_id: caller.requestId },
    now: stamp(Date.now()),
    events: withIds(members.events ?? []).map((event) => ({
      ...event,
      data: { profile_id: members.profile, ...event.data },
    })),
    audit: withIds(members.audit ?? []),
  };
  execute(app, view, JSON.stringify(act));
  if (act.events.length === 0 || !caller.answer) return;
  const events = JSON.stringify(act.events.map((event) => event.id));
  const deliveries = ask(app, DELIVERIES, { id: '' }, { events });
  announce(
    caller.answer,
    deliveries.map((delivery) => delivery.id),
  );
}

/** The writer's connection keeps one compiled statement for all runtimes, which halves what a write costs (docs/performance.md). */
function execute(app, view, act) {
  const sql = `INSERT INTO ${view} (act) VALUES `;
  if (app.isTransactional()) return app.db().newQuery(`${sql} ({:act})`).bind({ act }).execute();
  return statementOf(app, app.nonconcurrentDB(), `${sql} (?)`).exec(act);
}

const hasMovedOn = (error) => String(error).includes(MOVED_ON);

module.exports = { hasMovedOn, perform };
