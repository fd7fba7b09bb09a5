/// Partners and their managed keys.

migrate(
  (app) => {
    const {
      bool,
      created,
      date,
      digest,
      integer,
      json,
      ofAllPartners,
      ofPartner,
      refuse,
      save,
      text,
      updated,
    } = require(`${__hooks}/../migrations/lib/collections.js`);
    const { slug } = require(`${__hooks}/lib/shared/patterns.json`);

    save(app, {
      name: 'partners',
      listRule: `${ofPartner('slug')} && @request.headers.x_actor_type != "applicant"`,
      viewRule: ofPartner('slug'),
      createRule: ofAllPartners,
      updateRule: ofAllPartners,
      fields: [
        text('slug', { required: true, max: 40, pattern: slug }),
        text('name'),
        bool('active'),
        // Applicants are sent there, and its origin may call: not PocketBase's own `url`, which takes any scheme and a bare host.
        text('frontend_url', { max: 1000, pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$' }),
        integer('retention_days'),
        integer('expire_after_days'),
        created,
        updated,
      ],
      indexes: ['CREATE UNIQUE INDEX idx_partners_slug ON partners (slug)'],
    });
    refuse(app, 'partners', 'no_delete', 'DELETE', '', 'partners are never deleted');

    save(app, {
      name: 'api_keys',
      listRule: ofPartner('partner'),
      viewRule: ofPartner('partner'),
      fields: [
        text('partner', { required: true, max: 40 }),
        text('name', { required: true }),
        text('prefix', { required: true, max: 64 }),
        digest('digest', { required: true, hidden: true }),
        json('scopes', 1024, { required: true }),
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
    refuse(app, 'api_keys', 'no_delete', 'DELETE', '', 'keys are never deleted');
  },
  (app) => {
    const { remove } = require(`${__hooks}/../migrations/lib/collections.js`);
    remove(app, ['api_keys', 'partners']);
  },
);
