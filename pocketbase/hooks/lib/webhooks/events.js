const NOW = "strftime('%Y-%m-%d %H:%M:%fZ', 'now')"; // PocketBase's spelling of a time
const MAX_ANNOUNCED = 20;

/**
 * Writes an event and its deliveries; returns the ids of the deliveries. Call it in the transaction of the change, whose hold
 * on the only writer makes the sequence gap-free. `data` takes ids and statuses only: nobody can change an event later,
 * so erasure relies on there being nothing to erase. SQL instead of records: it runs on every write of a profile.
 */
function appendEvent(tx, { partner, type, profile, data }) {
  const event = new DynamicModel({ id: '' });
  tx.db()
    .newQuery(
      `INSERT INTO events (partner, sequence, type, profile, data, created)
        SELECT {:partner}, IFNULL(MAX(sequence), 0) + 1, {:type}, {:profile}, {:data}, ${NOW}
        FROM events WHERE partner = {:partner}
        RETURNING id`,
    )
    .bind({ partner, type, profile, data: JSON.stringify({ profile_id: profile, ...data }) })
    .one(event);
  const deliveries = arrayOf(new DynamicModel({ id: '' }));
  tx.db()
    .newQuery(
      `INSERT INTO webhook_deliveries (partner, endpoint, event, event_type, status, next_attempt_at, created)
        SELECT partner, id, {:event}, {:type}, 'pending', ${NOW}, ${NOW}
        FROM webhook_endpoints
        WHERE partner = {:partner} AND enabled = TRUE
          AND (events = '[]' OR EXISTS (SELECT 1 FROM json_each(events) WHERE value = {:type}))
        RETURNING id`,
    )
    .bind({ event: event.id, type, partner })
    .all(deliveries);
  return deliveries.map((delivery) => delivery.id);
}

/** Appends an event about a profile that is being saved, and remembers on its record what `announce` tells. */
function report(tx, profile, type, data = {}) {
  const partner = profile.getString('partner');
  const deliveries = appendEvent(tx, { partner, type, profile: profile.id, data });
  profile.set('@deliveries', [...(profile.get('@deliveries') ?? []), ...deliveries]);
}

/** Names due deliveries in the answer, so that the Worker wakes its queue without asking. The sweep finds the others. */
function announce(headers, deliveries) {
  if (!headers || !(deliveries?.length > 0)) return;
  const known = headers.get('X-Deliveries');
  const all = known ? [...known.split(','), ...deliveries] : [...deliveries];
  headers.set('X-Deliveries', all.slice(0, MAX_ANNOUNCED).join(','));
}

/** `external_id` stands in the profile alone and joins the event when it is read: erasure need not touch events. */
function addExternalIds(app, events) {
  const found = arrayOf(new DynamicModel({ id: '', external_id: '' }));
  app
    .db()
    .newQuery(
      "SELECT id, external_id FROM profiles WHERE external_id != '' AND id IN (SELECT value FROM json_each({:ids}))",
    )
    .bind({ ids: JSON.stringify(events.map((event) => event.getString('profile'))) })
    .all(found);
  const externalIds = Object.fromEntries(found.map(({ id, external_id }) => [id, external_id]));
  for (const event of events) {
    const data = JSON.parse(event.getString('data'));
    const external_id = externalIds[data.profile_id];
    if (external_id) event.set('data', { ...data, external_id });
  }
}

module.exports = { NOW, addExternalIds, announce, appendEvent, report };
