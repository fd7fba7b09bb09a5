const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { checkReach } = require(`${__hooks}/lib/base/caller.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { readSpec } = require(`${__hooks}/lib/levels/spec.js`);
const { level: pattern, slug } = require(`${__hooks}/lib/shared/patterns.json`);

const NEXT = 'SELECT IFNULL(MAX(version), 0) + 1 AS version FROM levels WHERE partner = {:partner} AND name = {:name}';
const INSERT = `INSERT INTO levels (id, partner, name, version, spec, actor_type, actor_id, created)
  VALUES ({:id}, {:partner}, {:name}, {:version}, {:spec}, {:type}, {:actor}, {:now})`;

/**
 * A new level, or the next version of one. Profiles keep the version that they have.
 * @param body `{partner, name, …spec}`; a partner of the settings has no record before its first profile, so none is looked for
 */
function createLevel(app, caller, body) {
  const partner = body.partner ?? '';
  checkReach(caller, partner || undefined);
  if (partner !== '' && !isShaped(partner, slug)) refuse('/partner', 'Is no name of a partner');
  if (!isShaped(body.name, pattern)) refuse('/name', 'Is no name of a level');
  const row = { id: newId(), partner, name: body.name, spec: JSON.stringify(readSpec(body)), now: stamp(Date.now()) };
  transact(app, (tx) => {
    const [{ version }] = all(tx, NEXT, { version: 0 }, { partner, name: row.name });
    run(tx, INSERT, { ...row, version, type: caller.type, actor: caller.id });
    audit(tx, caller, 'level.created', { partner, target: row.id });
  });
  return app.findRecordById('levels', row.id);
}

const isShaped = (value, pattern) => typeof value === 'string' && new RegExp(pattern).test(value);

function refuse(pointer, detail) {
  fail(422, 'validation_failed', 'The level is not valid.', { errors: [{ pointer, detail }] });
}

module.exports = { createLevel };
