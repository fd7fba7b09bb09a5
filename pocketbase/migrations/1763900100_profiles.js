/// Partners, their applicants' profiles, and what is remembered about each profile.

migrate(
  (app) => {
    const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));
    const documents = require(`${__hooks}/lib/shared/document-kinds.json`);

    // Deny by default: without the header `x-partner` the service account sees nothing.
    const rule = (partner) =>
      `@request.auth.collectionName = "services" && (@request.headers.x_partner = "*" || ${partner} = @request.headers.x_partner)`;
    const text = (name, options) => ({ type: 'text', name, max: 255, ...options });
    const date = (name) => ({ type: 'date', name });
    const days = (name) => ({ type: 'number', name, onlyInt: true, min: 0 });
    const created = { type: 'autodate', name: 'created', onCreate: true };
    const updated = { type: 'autodate', name: 'updated', onCreate: true, onUpdate: true };
    const document = ([name, limits]) => [
      { type: 'file', name, maxSelect: 1, protected: true, ...limits },
      { type: 'json', name: `${name}_meta`, maxSize: 4096 },
    ];
    const slug = { required: true, max: 40, pattern: '^[a-z0-9-]{1,40}$' };

    const save = (name, collectionRule, options) => {
      // An applicant reaches the own profile, by its id alone.
      const rules = {
        listRule: `${collectionRule} && @request.headers.x_actor_type != "applicant"`,
        viewRule: collectionRule,
      };
      const collection = new Collection({ type: 'base', name, ...rules, ...options });
      app.save(collection);
      return collection;
    };

    save('partners', rule('slug'), {
      fields: [
        text('slug', slug),
        text('name'),
        { type: 'bool', name: 'active' },
        // Applicants are sent there, and its origin may call: not PocketBase's own `url`, which takes any scheme and a bare host.
        text('frontend_url', { max: 1000, pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$' }),
        days('retention_days'),
        days('expire_after_days'),
        created,
        updated,
      ],
      indexes: ['CREATE UNIQUE INDEX idx_partners_slug ON partners (slug)'],
    });

    const profiles = save('profiles', rule('partner'), {
      updateRule: rule('partner'),
      fields: [
        text('partner', slug),
        { type: 'select', name: 'status', required: true, maxSelect: 1, values: statuses },
        text('full_name', { required: true }),
        text('country', { required: true, pattern: '^[A-Z]{2}$' }),
        {
          type: 'select',
          name: 'document_type',
          required: true,
          maxSelect: 1,
          values: ['passport', 'id_card', 'drivers_license', 'residence_permit'],
        },
        text('document_number', { required: true }),
        text('date_of_birth', { pattern: '^\\d{4}(-\\d{2}){0,2}$' }),
        text('email'),
        text('phone', { pattern: '^\\+[1-9]\\d{1,14}$' }),
        text('external_id'),
        text('locale', { max: 35 }),
        { type: 'json', name: 'metadata', maxSize: 65536 },
        date('links_valid_after'),
        date('redacted_at'),
        text('dedupe_key', { hidden: true }),
        ...Object.entries(documents).flatMap(document),
        created,
        updated,
      ],
      indexes: [
        'CREATE INDEX idx_profiles_created ON profiles (created, id)',
        'CREATE INDEX idx_profiles_partner ON profiles (partner, created, id)',
        'CREATE INDEX idx_profiles_status ON profiles (status, created, id)',
        'CREATE INDEX idx_profiles_partner_status ON profiles (partner, status, created, id)',
        'CREATE INDEX idx_profiles_updated ON profiles (updated)',
        'CREATE INDEX idx_profiles_partner_updated ON profiles (partner, updated)',
        'CREATE INDEX idx_profiles_external ON profiles (external_id)',
        "CREATE UNIQUE INDEX idx_profiles_dedupe_key ON profiles (dedupe_key) WHERE dedupe_key != ''",
        // A canceled profile frees its external_id, as it frees its dedupe_key.
        "CREATE UNIQUE INDEX idx_profiles_external_id ON profiles (partner, external_id) WHERE external_id != '' AND status != 'canceled'",
      ],
    });

    // `seq` gives the order: rows can share a millisecond, and ids are random.
    const entry = [
      { type: 'relation', name: 'profile', required: true, maxSelect: 1, collectionId: profiles.id },
      { type: 'number', name: 'seq', onlyInt: true, min: 1 },
    ];
    const actor = [text('actor_type', { required: true }), text('actor_id')];

    const history = save('status_history', rule('profile.partner'), {
      fields: [
        ...entry,
        text('from'),
        text('to', { required: true }),
        text('reason_code'),
        text('reason', { max: 5000 }),
        text('note', { max: 5000 }),
        ...actor,
        text('request_id'),
        created,
      ],
      indexes: ['CREATE UNIQUE INDEX idx_status_history_seq ON status_history (profile, seq)'],
    });

    save('notes', rule('profile.partner'), {
      fields: [...entry, text('text', { required: true, max: 20000 }), ...actor, created],
      indexes: ['CREATE UNIQUE INDEX idx_notes_seq ON notes (profile, seq)'],
    });

    profiles.fields.add(new RelationField({ name: 'latest_status', maxSelect: 1, collectionId: history.id }));
    app.save(profiles);
  },
  (app) => {
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.removeByName('latest_status');
    app.save(profiles);
    for (const name of ['notes', 'status_history', 'profiles', 'partners']) {
      app.delete(app.findCollectionByNameOrId(name));
    }
  },
);
