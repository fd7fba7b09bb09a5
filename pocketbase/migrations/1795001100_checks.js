/// Automated checks: what is to be looked at, what came of it, and who may look.

const of = (path) => `NEW.act ->> '$.${path}'`;
/** What a round of checks sets of a profile, and an act without one leaves. */
const round = ['checks_status', 'checks_outcome', 'checks_evidence', 'checks_round', 'expires_on'];
const kept = round.map((name) => `"${name}" = IFNULL(${of(`round.${name}`)}, ${name})`);
const skeleton = `"number_skeleton" = IFNULL(${of('set.number_skeleton')}, number_skeleton)`;

/** What the acts of `1795000800_acts.js` write besides: texts of their triggers, and what stands there from now on. */
const acts = {
  enrolments: [
    ['"dedupe_key","evidence_version"', '"dedupe_key","number_skeleton","evidence_version"'],
    [`${of('set.dedupe_key')},1,`, `${of('set.dedupe_key')},${of('set.number_skeleton')},1,`],
  ],
  profile_updates: [['"revision" = revision + 1', `${[...kept, skeleton]},"revision" = revision + 1`]],
  status_changes: [['"revision" = revision + 1', `${kept},"revision" = revision + 1`]],
};

/** Rows of a round, and the end of those that look at other evidence. */
const rows = `UPDATE checks SET status = 'superseded', completed = ${of('now')} WHERE profile = ${of('profile')} AND status = 'pending';
  INSERT INTO checks (id, profile, partner, type, provider, status, outcome, findings, inputs, evidence_version, round, next_attempt_at, created, completed)
  SELECT c.value ->> 'id', ${of('profile')}, ${of('partner')}, c.value ->> 'type', c.value ->> 'provider',
    IIF(c.value ->> 'outcome' = '', 'pending', 'completed'), c.value ->> 'outcome', c.value -> 'findings', c.value -> 'inputs',
    ${of('round.checks_evidence')}, ${of('round.checks_round')}, IIF(c.value ->> 'outcome' = '', ${of('now')}, ''), ${of('now')},
    IIF(c.value ->> 'outcome' = '', '', ${of('now')})
  FROM json_each(NEW.act, '$.round.rows') c;`;

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { bool, created, date, digest, integer, json, refuse, run, save, select, text } = lib;
    const profile = {
      type: 'relation',
      name: 'profile',
      required: true,
      maxSelect: 1,
      collectionId: app.findCollectionByNameOrId('profiles').id,
    };
    const partner = text('partner', { required: true, max: 40 });

    save(app, {
      name: 'checks',
      fields: [
        profile,
        partner,
        text('type', { required: true }),
        // Who must do it, as the level names it.
        text('provider', { required: true }),
        select('status', ['pending', 'completed', 'failed', 'superseded']),
        text('outcome'),
        json('findings', 65_536),
        json('scores', 65_536),
        json('facts', 131_072),
        json('inputs', 4096),
        // Name, version and models of who did it.
        json('done_by', 8192),
        integer('evidence_version'),
        integer('round'),
        integer('attempt'),
        // Leases in a row that brought nothing.
        integer('lost'),
        date('next_attempt_at'),
        date('locked_until'),
        date('last_attempt_at'),
        text('held_by'),
        text('external_ref'),
        bool('is_waiting'),
        // Of the result as it came, to know it again.
        digest('result'),
        created,
        date('completed'),
      ],
      indexes: [
        'CREATE INDEX idx_checks_profile ON checks (profile, created, id)',
        "CREATE INDEX idx_checks_due ON checks (type, provider, next_attempt_at) WHERE status = 'pending'",
        "CREATE INDEX idx_checks_held ON checks (held_by, locked_until) WHERE status = 'pending' AND locked_until != ''",
        "CREATE INDEX idx_checks_lost ON checks (locked_until) WHERE status = 'pending' AND lost > 5",
      ],
    });
    const fixed = ['id', 'rowid', 'profile', 'partner', 'type', 'provider', 'evidence_version', 'round', 'created'];
    const isErased = "EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile AND redacted_at != '')";
    const differs = fixed.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(' OR ');
    refuse(app, 'checks', 'fixed', 'UPDATE', differs, 'a check keeps what it looks at');
    // A superseded one may still be reported, once.
    const isDone =
      "OLD.status IN ('completed', 'failed') OR (OLD.status = 'superseded' AND (OLD.outcome != '' OR NEW.status != 'superseded'))";
    refuse(app, 'checks', 'concluded', 'UPDATE', `(${isDone}) AND NOT ${isErased}`, 'a check is concluded once');
    const isPersonal = "(NEW.facts IS NOT NULL OR NEW.scores IS NOT NULL OR NEW.result != '')";
    refuse(app, 'checks', 'erased', 'UPDATE', `${isPersonal} AND ${isErased}`, 'the profile has been erased');
    refuse(app, 'checks', 'no_delete', 'DELETE', '', 'checks are never deleted');
    lib.neverReplaced(app, 'checks', 'checks are never replaced');

    // A hash in four bands of 16 bits: of two at a distance of three or less, one band is equal.
    const bands = [0, 1, 2, 3].map((n) => `band${n}`);
    save(app, {
      name: 'photo_hashes',
      fields: [
        profile,
        partner,
        text('hash', { required: true, pattern: '^[0-9a-f]{16}$' }),
        ...bands.map((name) => integer(name)),
        created,
      ],
      indexes: [
        'CREATE INDEX idx_photo_hashes_profile ON photo_hashes (profile)',
        ...bands.map((name) => `CREATE INDEX idx_photo_hashes_${name} ON photo_hashes (partner, ${name})`),
      ],
    });

    const change = (name, fields, indexes) => {
      const collection = app.findCollectionByNameOrId(name);
      const classes = { text: TextField, number: NumberField, json: JSONField, date: DateField };
      for (const field of fields) collection.fields.add(new classes[field.type](field));
      collection.indexes = [...collection.indexes, ...indexes];
      app.save(collection);
    };
    change(
      'profiles',
      [
        // Of the newest round; 'pending' until all of it is done.
        text('checks_status'),
        text('checks_outcome'),
        integer('checks_evidence'),
        integer('checks_round', { hidden: true }),
        // As the newest round has read it, until it was told of; and the version of the document of which it was.
        text('expires_on', { hidden: true }),
        integer('expiry_told', { hidden: true }),
        text('number_skeleton', { hidden: true }),
      ],
      [
        'CREATE INDEX idx_profiles_outcome ON profiles (checks_outcome, created, id)',
        'CREATE INDEX idx_profiles_partner_outcome ON profiles (partner, checks_outcome, created, id)',
        "CREATE INDEX idx_profiles_expiring ON profiles (status, expires_on) WHERE expires_on != ''",
        "CREATE INDEX idx_profiles_skeleton ON profiles (number_skeleton) WHERE number_skeleton != ''",
      ],
    );
    change('documents', [], ["CREATE INDEX idx_documents_sha256 ON documents (sha256) WHERE sha256 != ''"]);
    // Of a runner's key: what it may do, and for whom; none means all.
    change('api_keys', [json('types', 1024), json('partners', 65_536)], []);

    run(app, 'CREATE TABLE ekyc_callbacks (id TEXT PRIMARY KEY, created TEXT NOT NULL) WITHOUT ROWID');
    run(app, 'CREATE INDEX idx_ekyc_callbacks_created ON ekyc_callbacks (created)');

    for (const [name, changes] of Object.entries(acts)) lib.rewrite(app, `${name}_act`, changes);
    for (const view of ['profile_updates', 'status_changes']) {
      run(
        app,
        `CREATE TRIGGER ${view}_checks INSTEAD OF INSERT ON ${view} WHEN json_type(NEW.act, '$.round') = 'object' BEGIN ${rows} END`,
      );
    }
    // A round by itself: the status stays.
    run(app, "CREATE VIEW check_rounds (act) AS SELECT '' WHERE FALSE");
    run(
      app,
      `CREATE TRIGGER check_rounds_act INSTEAD OF INSERT ON check_rounds BEGIN
        SELECT RAISE(ABORT, 'the profile has moved on') WHERE NOT EXISTS (
          SELECT 1 FROM profiles WHERE id = ${of('profile')} AND revision = ${of('revision')} AND redacted_at = '');
        ${rows}
        UPDATE profiles SET ${kept}, revision = revision + 1, updated = ${of('now')} WHERE id = ${of('profile')};
        INSERT INTO idempotency_keys (id, "key", body, profile, target, changed, created)
        SELECT ${['id', 'key', 'body'].map((name) => of(`idempotency.${name}`))}, ${of('profile')},
          ${['target', 'changed'].map((name) => of(`idempotency.${name}`))}, ${of('now')} WHERE json_type(NEW.act, '$.idempotency') = 'object';
        INSERT INTO tellings (act) VALUES (NEW.act);
      END`,
    );
  },
  (app) => {
    const { remove, rewrite, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    run(app, 'DROP VIEW check_rounds');
    for (const view of ['status_changes', 'profile_updates']) run(app, `DROP TRIGGER ${view}_checks`);
    for (const [name, changes] of Object.entries(acts)) {
      rewrite(
        app,
        `${name}_act`,
        changes.map(([before, after]) => [after, before]),
      );
    }
    run(app, 'DROP TABLE ekyc_callbacks');
    const change = (name, fields, isOwn) => {
      const collection = app.findCollectionByNameOrId(name);
      for (const field of fields) collection.fields.removeByName(field);
      collection.indexes = collection.indexes.filter((index) => !isOwn(index));
      app.save(collection);
    };
    change('api_keys', ['partners', 'types'], () => false);
    change('documents', [], (index) => index.includes('idx_documents_sha256'));
    const columns = ['number_skeleton', 'expiry_told', ...round.toReversed()];
    change('profiles', columns, (index) => /outcome|expiring|skeleton/.test(index));
    remove(app, ['photo_hashes', 'checks']);
  },
);
