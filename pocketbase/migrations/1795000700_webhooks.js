/// The outbox of events, the endpoints that are told of them, and the schedule of telling.

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { bool, cell, created, date, integer, json, ofPartner, refuse, run, save, select, text, updated } = lib;
    const { slug } = require(`${__hooks}/lib/shared/patterns.json`);
    const rules = { listRule: ofPartner('partner'), viewRule: ofPartner('partner') };
    const partner = text('partner', { required: true, max: 40, pattern: slug });

    save(app, {
      name: 'events',
      ...rules,
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
        json('data', 4096),
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_events_sequence ON events (partner, sequence)',
        'CREATE INDEX idx_events_profile ON events (profile)',
      ],
    });
    lib.appendOnly(app, 'events');
    // With it, no REPLACE reaches a row by (partner, sequence) either.
    const gap = 'NEW.sequence IS NOT (SELECT IFNULL(MAX(sequence), 0) + 1 FROM events WHERE partner = NEW.partner)';
    refuse(app, 'events', 'no_gap', 'INSERT', gap, 'events continue their sequence');

    save(app, {
      name: 'webhook_endpoints',
      ...rules,
      updateRule: ofPartner('partner'),
      deleteRule: ofPartner('partner'),
      fields: [
        partner,
        text('url', { required: true, max: 2048 }),
        // Types of events, or ["*"].
        json('events', 2048),
        text('description'),
        bool('enabled'),
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
    save(app, {
      name: 'webhook_deliveries',
      ...rules,
      fields: [
        partner,
        text('endpoint', { required: true }),
        text('event', { required: true }),
        text('event_type', { required: true }),
        select('status', ['pending', 'succeeded', 'failed']),
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
        "CREATE INDEX idx_webhook_deliveries_concluded ON webhook_deliveries (last_attempt_at) WHERE status != 'pending'",
      ],
    });
    run(
      app,
      `CREATE TRIGGER events_deliver AFTER INSERT ON events BEGIN
        INSERT INTO webhook_deliveries (id, partner, endpoint, event, event_type, status, next_attempt_at, created)
        SELECT '${cell()}' || lower(hex(randomblob(7))), partner, id, NEW.id, NEW.type, 'pending', NEW.created, NEW.created
        FROM webhook_endpoints
        WHERE partner = NEW.partner AND enabled = TRUE
          AND EXISTS (SELECT 1 FROM json_each(events) WHERE value IN ('*', NEW.type));
      END`,
    );
  },
  (app) => {
    const { remove } = require(`${__hooks}/../migrations/lib/collections.js`);
    // Their triggers go with the table.
    remove(app, ['events', 'webhook_deliveries', 'webhook_endpoints']);
  },
);
