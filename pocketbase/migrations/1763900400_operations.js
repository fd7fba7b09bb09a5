/// What running the service for many partners takes: managed keys, the audit log, idempotency, expiry and retention.

migrate(
  (app) => {
    const rule = (partner) =>
      `@request.auth.collectionName = "services" && (@request.headers.x_partner = "*" || ${partner} = @request.headers.x_partner)`;
    const everywhere = '@request.auth.collectionName = "services" && @request.headers.x_partner = "*"';
    const text = (name, options) => ({ type: 'text', name, max: 255, ...options });
    const date = (name) => ({ type: 'date', name });
    const digest = (name, options) => text(name, { required: true, pattern: '^[0-9a-f]{64}$', ...options });
    const created = { type: 'autodate', name: 'created', onCreate: true };
    const save = (name, options) => app.save(new Collection({ type: 'base', name, ...options }));

    const partners = app.findCollectionByNameOrId('partners');
    partners.createRule = everywhere;
    partners.updateRule = everywhere;
    app.save(partners);

    save('api_keys', {
      listRule: rule('partner'),
      viewRule: rule('partner'),
      fields: [
        text('partner', { required: true, max: 40 }),
        text('name', { required: true }),
        text('prefix', { required: true, max: 64 }),
        digest('digest', { hidden: true }),
        { type: 'json', name: 'scopes', required: true, maxSize: 1024 },
        // `term` is the expiry that the key was given, `expires_at` when it ends: earlier once it was rotated.
        date('term'),
        date('expires_at'),
        date('revoked_at'),
        date('last_used_at'),
        created,
      ],
      indexes: [
        'CREATE INDEX idx_api_keys_created ON api_keys (created, id)',
        'CREATE INDEX idx_api_keys_partner ON api_keys (partner, created, id)',
      ],
    });

    // Ids as text, not relations: a row stands for itself, whatever becomes of what it names.
    save('audit_log', {
      listRule: rule('partner'),
      viewRule: rule('partner'),
      fields: [
        { type: 'number', name: 'seq', onlyInt: true, min: 1 },
        text('action', { required: true }),
        text('profile'),
        text('partner'),
        text('target'),
        text('actor_type', { required: true }),
        text('actor_id'),
        text('request_id'),
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_audit_log_seq ON audit_log (seq)',
        'CREATE INDEX idx_audit_log_created ON audit_log (created, id)',
        'CREATE INDEX idx_audit_log_profile ON audit_log (profile, created, id)',
        'CREATE INDEX idx_audit_log_actor ON audit_log (actor_id, created, id)',
        'CREATE INDEX idx_audit_log_partner ON audit_log (partner, created, id)',
      ],
    });

    save('idempotency_keys', {
      fields: [
        digest('key'),
        digest('body'),
        text('profile', { required: true }),
        text('target', { required: true }),
        { type: 'bool', name: 'changed' },
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_idempotency_keys_key ON idempotency_keys (key)',
        'CREATE INDEX idx_idempotency_keys_profile ON idempotency_keys (profile)',
        'CREATE INDEX idx_idempotency_keys_created ON idempotency_keys (created)',
      ],
    });

    const history = app.findCollectionByNameOrId('status_history');
    history.indexes = [
      ...history.indexes,
      'CREATE INDEX idx_status_history_to ON status_history ("to", created)', // decision times
    ];
    app.save(history);
  },
  (app) => {
    const history = app.findCollectionByNameOrId('status_history');
    history.indexes = history.indexes.filter((index) => !index.includes('idx_status_history_to'));
    app.save(history);
    for (const name of ['idempotency_keys', 'audit_log', 'api_keys']) app.delete(app.findCollectionByNameOrId(name));
    const partners = app.findCollectionByNameOrId('partners');
    partners.createRule = null;
    partners.updateRule = null;
    app.save(partners);
  },
);
