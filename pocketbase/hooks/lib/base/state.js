/** What only hooks remember, beside PocketBase's collections. */
function readState(app, name) {
  const found = arrayOf(new DynamicModel({ value: '' }));
  app.db().newQuery('SELECT value FROM ekyc_state WHERE name = {:name}').bind({ name }).all(found);
  return found[0]?.value ?? '';
}

function writeState(app, name, value) {
  app.db().newQuery('REPLACE INTO ekyc_state (name, value) VALUES ({:name}, {:value})').bind({ name, value }).execute();
}

module.exports = { readState, writeState };
