/// Reviewers' private notes, and what a repeated request is recognised by.

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { bool, created, digest, integer, ofPartner, refuse, save, text } = lib;

    save(app, {
      name: 'notes',
      listRule: `${ofPartner('profile.partner')} && @request.headers.x_actor_type != "applicant"`,
      viewRule: ofPartner('profile.partner'),
      fields: [
        {
          type: 'relation',
          name: 'profile',
          required: true,
          maxSelect: 1,
          collectionId: app.findCollectionByNameOrId('profiles').id,
        },
        integer('seq', { min: 1 }),
        text('text', { required: true, max: 20_000 }),
        text('actor_type', { required: true }),
        text('actor_id'),
        created,
      ],
      indexes: ['CREATE UNIQUE INDEX idx_notes_seq ON notes (profile, seq)'],
    });
    lib.appendOnly(app, 'notes', lib.onlyErasure(app, 'notes', ['text']));
    const gap = 'NEW.seq IS NOT (SELECT IFNULL(MAX(seq), 0) + 1 FROM notes WHERE profile = NEW.profile)';
    refuse(app, 'notes', 'no_gap', 'INSERT', gap, 'notes continue their sequence');

    save(app, {
      name: 'idempotency_keys',
      fields: [
        digest('key', { required: true }),
        digest('body', { required: true }),
        text('profile', { required: true }),
        text('target', { required: true }),
        bool('changed'),
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_idempotency_keys_key ON idempotency_keys (key)',
        'CREATE INDEX idx_idempotency_keys_profile ON idempotency_keys (profile)',
        'CREATE INDEX idx_idempotency_keys_created ON idempotency_keys (created)',
      ],
    });
  },
  (app) => {
    const { remove } = require(`${__hooks}/../migrations/lib/collections.js`);
    remove(app, ['idempotency_keys', 'notes']);
  },
);
