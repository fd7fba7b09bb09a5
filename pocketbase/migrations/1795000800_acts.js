/**
 * How profiles are written. An act is one INSERT of a JSON text into one of these views, and its trigger writes all rows that belong
 * together: SQLite carries it out whole or not at all, and the hooks keep the one statement prepared. `hooks/lib/base/act.js` makes the texts.
 */

migrate(
  (app) => {
    const { run } = require(`${__hooks}/../migrations/lib/collections.js`);
    const text = (path) => `NEW.act ->> '$.${path}'`;
    const given = (path) => `IFNULL(${text(path)}, '')`;
    const actor = ['type', 'id'].map((name) => text(`actor.${name}`));
    const texts = [
      'full_name',
      'country',
      'document_type',
      'document_number',
      'date_of_birth',
      'email',
      'phone',
      'external_id',
      'locale',
    ];

    const act = (view, statements) => {
      run(app, `CREATE VIEW ${view} (act) AS SELECT '' WHERE FALSE`);
      run(
        app,
        `CREATE TRIGGER ${view}_act INSTEAD OF INSERT ON ${view} BEGIN ${statements.map((sql) => `${sql};`).join('\n')} END`,
      );
    };
    /** A table's row from the act, by column. */
    const insert = (table, row, from = '') =>
      `INSERT INTO ${table} (${Object.keys(row).map((name) => `"${name}"`)}) SELECT ${Object.values(row)} ${from}`;
    const update = (table, row, condition) =>
      `UPDATE ${table} SET ${Object.entries(row).map(([name, sql]) => `"${name}" = ${sql}`)} WHERE ${condition}`;
    const judged = `SELECT RAISE(ABORT, 'the profile has moved on') WHERE NOT EXISTS (
      SELECT 1 FROM profiles WHERE id = ${text('profile')} AND revision = ${text('revision')} AND redacted_at = '')`;
    const itself = `id = ${text('profile')}`;
    const told = 'INSERT INTO tellings (act) VALUES (NEW.act)';

    // Events and audit rows of an act. The ordinal of a list goes on from what stands in the table before.
    act('tellings', [
      insert(
        'events',
        {
          id: "e.value ->> 'id'",
          partner: text('partner'),
          sequence: `(SELECT IFNULL(MAX(sequence), 0) FROM events WHERE partner = ${text('partner')}) + e.key + 1`,
          type: "e.value ->> 'type'",
          profile: text('profile'),
          data: "e.value -> 'data'",
          created: text('now'),
        },
        "FROM json_each(NEW.act, '$.events') e",
      ),
      insert(
        'audit_log',
        {
          id: "a.value ->> 'id'",
          seq: '(SELECT IFNULL(MAX(seq), 0) FROM audit_log) + a.key + 1',
          action: "a.value ->> 'action'",
          profile: given('profile'),
          partner: given('partner'),
          target: "IFNULL(a.value ->> 'target', '')",
          actor_type: text('actor.type'),
          actor_id: text('actor.id'),
          credential_id: given('actor.credential_id'),
          request_id: given('actor.request_id'),
          created: text('now'),
        },
        "FROM json_each(NEW.act, '$.audit') a",
      ),
    ]);

    const history = (row) =>
      insert('status_history', {
        id: text('history.id'),
        profile: text('profile'),
        actor_type: actor[0],
        actor_id: actor[1],
        request_id: given('actor.request_id'),
        created: text('now'),
        ...row,
      });

    act('enrolments', [
      history({ seq: 1, from: "''", to: "'unverified'" }),
      insert('profiles', {
        id: text('profile'),
        partner: text('partner'),
        status: "'unverified'",
        latest_status: text('history.id'),
        status_since: text('now'),
        ...Object.fromEntries(texts.map((name) => [name, given(`set.${name}`)])),
        metadata: "NEW.act -> '$.set.metadata'",
        dedupe_key: text('set.dedupe_key'),
        evidence_version: 1,
        missing: "NEW.act -> '$.set.missing'",
        asked: "'[]'",
        revision: 1,
        created: text('now'),
        updated: text('now'),
      }),
      told,
    ]);

    const idempotency = insert(
      'idempotency_keys',
      {
        id: text('idempotency.id'),
        key: text('idempotency.key'),
        body: text('idempotency.body'),
        profile: text('profile'),
        target: text('idempotency.target'),
        changed: text('idempotency.changed'),
        created: text('now'),
      },
      "WHERE json_type(NEW.act, '$.idempotency') = 'object'",
    );

    act('status_changes', [
      judged,
      insert(
        'evidence',
        {
          id: text('history.id'),
          profile: text('profile'),
          version: text('history.evidence_version'),
          salt: text('evidence.salt'),
          text: text('evidence.text'),
          created: text('now'),
        },
        "WHERE json_type(NEW.act, '$.evidence') = 'object'",
      ),
      history({
        seq: text('history.seq'),
        from: text('history.from'),
        to: text('history.to'),
        ...Object.fromEntries(
          ['reason_code', 'reason', 'note', 'evidence_sha256'].map((name) => [name, given(`history.${name}`)]),
        ),
        kinds: "NEW.act -> '$.history.kinds'",
        evidence_version: text('history.evidence_version'),
        waited: `IFNULL(unixepoch(${text('now')}, 'subsec') - ${text('history.waiting_since')}, 0)`,
      }),
      update(
        'profiles',
        {
          status: text('history.to'),
          latest_status: text('history.id'),
          status_since: text('now'),
          final_since: text('set.final_since'),
          claimed_by: `IFNULL(${text('set.claimed_by')}, claimed_by)`,
          claimed_until: `IFNULL(${text('set.claimed_until')}, claimed_until)`,
          asked: "NEW.act -> '$.set.asked'",
          missing: "NEW.act -> '$.set.missing'",
          dedupe_key: `IIF(${text('history.to')} = 'canceled', '', dedupe_key)`,
          revision: 'revision + 1',
          updated: text('now'),
        },
        itself,
      ),
      idempotency,
      told,
    ]);

    act('profile_updates', [
      judged,
      "UPDATE documents SET state = 'superseded', updated = NEW.act ->> '$.now' WHERE profile = NEW.act ->> '$.profile' AND state = 'current' AND kind IN (SELECT value ->> 'kind' FROM json_each(NEW.act, '$.documents'))",
      `UPDATE documents SET state = 'current', version = d.value ->> 'version', filename = d.value ->> 'filename',
         content_type = d.value ->> 'content_type', size = d.value ->> 'size', sha256 = d.value ->> 'sha256', updated = NEW.act ->> '$.now'
       FROM json_each(NEW.act, '$.documents') d WHERE documents.id = d.value ->> 'id'`,
      "UPDATE documents SET state = 'removed', updated = NEW.act ->> '$.now' WHERE id IN (SELECT value FROM json_each(NEW.act, '$.removed'))",
      update(
        'profiles',
        {
          ...Object.fromEntries(texts.map((name) => [name, `IFNULL(${text(`set.${name}`)}, ${name})`])),
          metadata: "IFNULL(NEW.act -> '$.set.metadata', metadata)",
          dedupe_key: `IFNULL(${text('set.dedupe_key')}, dedupe_key)`,
          evidence_version: text('set.evidence_version'),
          missing: "NEW.act -> '$.set.missing'",
          revision: 'revision + 1',
          updated: text('now'),
        },
        itself,
      ),
      told,
    ]);

    act('stagings', [
      insert('documents', {
        id: text('document.id'),
        profile: text('profile'),
        kind: text('document.kind'),
        file: text('document.file'),
        uploaded_by: actor[0],
        uploader_id: actor[1],
        state: "'staged'",
        created: text('now'),
        updated: text('now'),
      }),
    ]);

    // What touches neither status nor evidence: a claim, a hold, the end of links. Partners take only what `updated` says for news.
    act('profile_marks', [
      judged,
      update(
        'profiles',
        {
          ...Object.fromEntries(
            ['claimed_by', 'claimed_until', 'links_valid_after', 'legal_hold', 'mismatches'].map((name) => [
              name,
              `IFNULL(${text(`set.${name}`)}, ${name})`,
            ]),
          ),
          revision: 'revision + 1',
        },
        itself,
      ),
      told,
    ]);

    act('note_writings', [
      `SELECT RAISE(ABORT, 'the profile has moved on') WHERE NOT EXISTS (SELECT 1 FROM profiles WHERE ${itself} AND redacted_at = '')`,
      insert('notes', {
        id: text('note.id'),
        profile: text('profile'),
        seq: `(SELECT IFNULL(MAX(seq), 0) + 1 FROM notes WHERE profile = ${text('profile')})`,
        text: text('note.text'),
        actor_type: actor[0],
        actor_id: actor[1],
        created: text('now'),
      }),
      idempotency,
      told,
    ]);
  },
  (app) => {
    const { run } = require(`${__hooks}/../migrations/lib/collections.js`);
    for (const view of [
      'stagings',
      'note_writings',
      'profile_marks',
      'profile_updates',
      'status_changes',
      'enrolments',
      'tellings',
    ]) {
      run(app, `DROP VIEW ${view}`);
    }
  },
);
