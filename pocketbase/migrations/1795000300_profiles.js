/// Applicants' profiles, and the append-only history of each one's status.

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { bool, created, date, digest, integer, json, ofPartner, refuse, save, select, text, updated } = lib;
    const { slug } = require(`${__hooks}/lib/shared/patterns.json`);
    const statuses = Object.keys(require(`${__hooks}/lib/shared/statuses.json`));
    const sets = require(`${__hooks}/lib/shared/status-sets.json`);
    const documentTypes = Object.keys(require(`${__hooks}/lib/shared/document-types.json`));

    const profiles = save(app, {
      name: 'profiles',
      listRule: `${ofPartner('partner')} && @request.headers.x_actor_type != "applicant"`,
      viewRule: ofPartner('partner'),
      fields: [
        text('partner', { required: true, max: 40, pattern: slug }),
        select('status', statuses),
        text('full_name', { required: true }),
        text('country', { required: true, pattern: '^[A-Z]{2}$' }),
        select('document_type', documentTypes),
        text('document_number', { required: true }),
        text('date_of_birth', { pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' }),
        text('email'),
        text('phone', { pattern: '^\\+[1-9]\\d{1,14}$' }),
        text('external_id'),
        text('locale', { max: 35 }),
        json('metadata', 65_536),
        integer('evidence_version'),
        // Kinds of documents, as JSON: what `submit` still waits for, and what a resubmission has asked for.
        json('missing', 1024),
        json('asked', 1024, { hidden: true }),
        integer('mismatches'),
        bool('legal_hold'),
        date('links_valid_after'),
        text('claimed_by', { max: 15 }),
        date('claimed_until'),
        date('status_since', { hidden: true }),
        date('final_since', { hidden: true }),
        text('dedupe_key', { hidden: true }),
        // Counts the writes: who judged on an earlier one judges again.
        integer('revision', { hidden: true }),
        bool('files_due', { hidden: true }),
        date('redacted_at'),
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
        // With the order of a list, else a page of one external_id would walk all of its partner's profiles.
        'CREATE INDEX idx_profiles_external ON profiles (external_id, partner, created, id)',
        "CREATE UNIQUE INDEX idx_profiles_dedupe_key ON profiles (dedupe_key) WHERE dedupe_key != ''",
        // What a search asks for exactly, in the order of its answer.
        "CREATE INDEX idx_profiles_number ON profiles (document_number, partner, created, id) WHERE document_number != ''",
        "CREATE INDEX idx_profiles_email ON profiles (email, partner, created, id) WHERE email != ''",
        "CREATE INDEX idx_profiles_phone ON profiles (phone, partner, created, id) WHERE phone != ''",
        // A canceled profile frees its external_id, as it frees its dedupe_key.
        "CREATE UNIQUE INDEX idx_profiles_external_id ON profiles (partner, external_id) WHERE external_id != '' AND status != 'canceled'",
        "CREATE INDEX idx_profiles_queue ON profiles (status, status_since, id) WHERE redacted_at = ''",
        "CREATE INDEX idx_profiles_partner_queue ON profiles (partner, status, status_since, id) WHERE redacted_at = ''",
        `CREATE INDEX idx_profiles_idle ON profiles (partner, updated) WHERE redacted_at = '' AND status IN (${lib.listed(sets.waiting)})`,
        "CREATE INDEX idx_profiles_retained ON profiles (partner, final_since) WHERE redacted_at = '' AND final_since != ''",
        "CREATE INDEX idx_profiles_redacted ON profiles (redacted_at) WHERE redacted_at != ''",
        'CREATE INDEX idx_profiles_files_due ON profiles (redacted_at) WHERE files_due = TRUE',
      ],
    });

    // `seq` gives the order: rows can share a millisecond, and ids are random.
    const history = save(app, {
      name: 'status_history',
      listRule: `${ofPartner('profile.partner')} && @request.headers.x_actor_type != "applicant"`,
      viewRule: ofPartner('profile.partner'),
      fields: [
        { type: 'relation', name: 'profile', required: true, maxSelect: 1, collectionId: profiles.id },
        integer('seq', { min: 1 }),
        text('from'),
        text('to', { required: true }),
        text('reason_code'),
        text('reason', { max: 5000 }),
        text('note', { max: 5000 }),
        json('kinds', 1024),
        integer('evidence_version'),
        digest('evidence_sha256'),
        text('actor_type', { required: true }),
        text('actor_id'),
        text('request_id'),
        { type: 'number', name: 'waited', hidden: true },
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_status_history_seq ON status_history (profile, seq)',
        'CREATE INDEX idx_status_history_to ON status_history ("to", created, waited)', // decision times
      ],
    });

    profiles.fields.add(new RelationField({ name: 'latest_status', maxSelect: 1, collectionId: history.id }));
    app.save(profiles);

    const newest = '(SELECT id, "to" FROM status_history WHERE profile = NEW.id ORDER BY seq DESC LIMIT 1)';
    const stray = `NOT EXISTS (SELECT 1 FROM ${newest} WHERE "to" = NEW.status AND id = NEW.latest_status)`;
    const reason = 'profiles.status must be the newest row of status_history';
    refuse(app, 'profiles', 'status_on_insert', 'INSERT', stray, reason);
    refuse(app, 'profiles', 'status_on_update', 'UPDATE', stray, reason);
    refuse(app, 'profiles', 'no_delete', 'DELETE', '', 'profiles are never deleted');
    lib.neverReplaced(app, 'profiles', 'profiles are never replaced');
    const moved = 'NEW.id IS NOT OLD.id OR NEW.rowid IS NOT OLD.rowid OR NEW.partner IS NOT OLD.partner';
    refuse(app, 'profiles', 'no_move', 'UPDATE', moved, 'profiles keep their id and partner');

    // Frozen in a final status: what a decision was made on, and all else that a create sets. An external_id may still be filled in.
    const frozen = [
      'full_name',
      'country',
      'document_type',
      'document_number',
      'date_of_birth',
      'email',
      'phone',
      'locale',
      'metadata',
    ];
    const isChanged = [
      ...frozen.map((name) => `NEW.${name} IS NOT OLD.${name}`),
      "(NEW.external_id IS NOT OLD.external_id AND OLD.external_id != '')",
      'NEW.evidence_version IS NOT OLD.evidence_version',
    ].join(' OR ');
    const isFinal = `OLD.status IN (${lib.listed(sets.final)}) AND NEW.status = OLD.status AND NEW.redacted_at = ''`;
    refuse(
      app,
      'profiles',
      'freeze',
      'UPDATE',
      `${isFinal} AND (${isChanged})`,
      'a decided profile is reopened before it is changed',
    );

    // The words are those of SQLite's own unique violation, so that the hooks see one spelling.
    const taken = {
      dedupe_key:
        "NEW.dedupe_key != '' AND EXISTS (SELECT 1 FROM profiles WHERE dedupe_key != '' AND dedupe_key = NEW.dedupe_key AND id != ROW.id)",
      external_id:
        "NEW.external_id != '' AND NEW.status != 'canceled' AND EXISTS (SELECT 1 FROM profiles WHERE external_id != '' AND status != 'canceled' AND partner = NEW.partner AND external_id = NEW.external_id AND id != ROW.id)",
    };
    for (const [column, condition] of Object.entries(taken)) {
      for (const [event, row] of [
        ['INSERT', 'NEW'],
        ['UPDATE', 'OLD'],
      ]) {
        const when = condition.replace('ROW', row);
        refuse(
          app,
          'profiles',
          `${column}_on_${event.toLowerCase()}`,
          event,
          when,
          `UNIQUE constraint failed: profiles.${column}`,
        );
      }
    }

    lib.appendOnly(app, 'status_history', lib.onlyErasure(app, 'status_history', ['reason', 'note']));
    const last = '(SELECT seq, "to" FROM status_history WHERE profile = NEW.profile ORDER BY seq DESC LIMIT 1)';
    const isTorn = `NEW.seq IS NOT IFNULL((SELECT seq FROM ${last}), 0) + 1 OR NEW."from" IS NOT IFNULL((SELECT "to" FROM ${last}), '')`;
    refuse(app, 'status_history', 'chain', 'INSERT', isTorn, 'a row of status_history continues the one before it');
  },
  (app) => {
    const { remove, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    // They name the column.
    for (const event of ['insert', 'update']) run(app, `DROP TRIGGER profiles_status_on_${event}`);
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.removeByName('latest_status');
    app.save(profiles);
    remove(app, ['status_history', 'profiles']);
  },
);
