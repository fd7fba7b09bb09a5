/// The outbox of events, the endpoints that are told of them, and the schedule of telling.

migrate(
  (app) => {
    const eventTypes = require(`${__hooks}/lib/shared/event-types.json`);

    const rule =
      '@request.auth.collectionName = "services" && (@request.headers.x_partner = "*" || partner = @request.headers.x_partner)';
    const text = (name, options) => ({ type: 'text', name, max: 255, ...options });
    const date = (name) => ({ type: 'date', name });
    const integer = (name, options) => ({ type: 'number', name, onlyInt: true, min: 0, ...options });
    const created = { type: 'autodate', name: 'created', onCreate: true };
    const updated = { type: 'autodate', name: 'updated', onCreate: true, onUpdate: true };
    const partner = text('partner', { required: true, max: 40, pattern: '^[a-z0-9-]{1,40}$' });

    const save = (name, options) => {
      const collection = new Collection({ type: 'base', name, listRule: rule, viewRule: rule, ...options });
      app.save(collection);
    };

    save('events', {
      fields: [
        partner,
        integer('sequence', { min: 1 }),
        text('type', { required: true }),
        {
          type: 'relation',
          name: 'profile',
          required: true,
          maxSelect: 1,
          collectionId: app.findCollectionByNameOrId('profiles').id,
        },
        { type: 'json', name: 'data', maxSize: 4096 },
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_events_sequence ON events (partner, sequence)',
        'CREATE INDEX idx_events_profile ON events (profile)',
      ],
    });

    save('webhook_endpoints', {
      updateRule: rule,
      deleteRule: rule,
      fields: [
        partner,
        text('url', { required: true, max: 2048 }),
        { type: 'select', name: 'events', maxSelect: eventTypes.length, values: eventTypes },
        text('description'),
        { type: 'bool', name: 'enabled' },
        text('disabled_reason'),
        // Sealed by the Worker: PocketBase never sees a secret.
        text('secret', { required: true, hidden: true }),
        text('previous_secret', { hidden: true }),
        date('previous_expires_at'),
        date('failing_since'),
        created,
        updated,
      ],
      indexes: ['CREATE INDEX idx_webhook_endpoints_partner ON webhook_endpoints (partner, created, id)'],
    });

    // Plain ids instead of relations: PocketBase would delete an endpoint's deliveries one by one, and a test has no event.
    save('webhook_deliveries', {
      fields: [
        partner,
        text('endpoint', { required: true }),
        text('event', { required: true }),
        text('event_type', { required: true }),
        { type: 'select', name: 'status', required: true, maxSelect: 1, values: ['pending', 'succeeded', 'failed'] },
        integer('attempt'),
        date('next_attempt_at'),
        date('locked_until'),
        date('last_attempt_at'),
        integer('last_status'),
        integer('last_latency_ms'),
        text('last_excerpt', { max: 512 }),
        text('last_error'),
        created,
      ],
      indexes: [
        "CREATE INDEX idx_webhook_deliveries_due ON webhook_deliveries (endpoint, next_attempt_at) WHERE status = 'pending'",
        "CREATE INDEX idx_webhook_deliveries_locked ON webhook_deliveries (endpoint, locked_until) WHERE status = 'pending' AND locked_until != ''",
        'CREATE INDEX idx_webhook_deliveries_log ON webhook_deliveries (endpoint, created, id)',
        'CREATE INDEX idx_webhook_deliveries_event ON webhook_deliveries (event)',
        "CREATE INDEX idx_webhook_deliveries_excerpt ON webhook_deliveries (last_attempt_at) WHERE last_excerpt != ''",
      ],
    });

    const trigger = (name, event, condition, message) =>
      app
        .db()
        .newQuery(
          `CREATE TRIGGER ${name} BEFORE ${event} ON events ${condition ? `WHEN ${condition}` : ''} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
        )
        .execute();
    trigger('events_no_update', 'UPDATE', '', 'events are append-only');
    trigger('events_no_delete', 'DELETE', '', 'events are append-only');
    trigger(
      'events_no_replace',
      'INSERT',
      'EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR rowid = NEW.rowid)',
      'events are append-only',
    );
    // With it, no REPLACE reaches a row by (partner, sequence) either.
    trigger(
      'events_no_gap',
      'INSERT',
      'NEW.sequence IS NOT (SELECT IFNULL(MAX(sequence), 0) + 1 FROM events WHERE partner = NEW.partner)',
      'events continue their sequence',
    );
  },
  (app) => {
    // Their triggers go with the table.
    for (const name of ['webhook_deliveries', 'webhook_endpoints', 'events']) {
      app.delete(app.findCollectionByNameOrId(name));
    }
  },
);
