/// Who did what: append-only, numbered without gaps, and so also the order in which everything changed.

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { created, integer, ofPartner, refuse, save, text } = lib;
    // Ids as text, not relations: a row stands for itself, whatever becomes of what it names.
    save(app, {
      name: 'audit_log',
      listRule: ofPartner('partner'),
      viewRule: ofPartner('partner'),
      fields: [
        integer('seq', { min: 1 }),
        text('action', { required: true }),
        text('profile'),
        text('partner'),
        text('target'),
        text('actor_type', { required: true }),
        text('actor_id'),
        text('credential_id'),
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
    lib.appendOnly(app, 'audit_log');
    const gap = 'NEW.seq IS NOT IFNULL((SELECT MAX(seq) FROM audit_log), 0) + 1';
    refuse(app, 'audit_log', 'no_gap', 'INSERT', gap, 'audit_log continues its sequence');
  },
  (app) => {
    const { remove } = require(`${__hooks}/../migrations/lib/collections.js`);
    remove(app, ['audit_log']);
  },
);
