const { all } = require(`${__hooks}/lib/base/sql.js`);

const FOUND =
  "SELECT id, external_id FROM profiles WHERE external_id != '' AND id IN (SELECT value FROM json_each({:ids}))";

/** `external_id` stands in the profile alone and joins the event when it is read: erasure need not touch events. */
function addExternalIds(app, events) {
  const ids = JSON.stringify(events.map((event) => event.getString('profile')));
  const found = all(app, FOUND, { id: '', external_id: '' }, { ids });
  const externalIds = Object.fromEntries(found.map(({ id, external_id }) => [id, external_id]));
  for (const event of events) {
    const data = JSON.parse(event.getString('data'));
    const external_id = externalIds[data.profile_id];
    if (external_id) event.set('data', { ...data, external_id });
  }
}

module.exports = { addExternalIds };
