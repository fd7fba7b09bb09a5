/// What expiry, retention and erasure need to know of a profile, without looking at every one of them.

migrate(
  (app) => {
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.add(new DateField({ name: 'final_since', hidden: true }));
    profiles.fields.add(new BoolField({ name: 'files_due', hidden: true }));
    profiles.indexes = [
      // With the order of a list, else a page of one external_id would walk all of its partner's profiles.
      ...profiles.indexes.map((index) => index.replace('(external_id)', '(external_id, partner, created, id)')),
      "CREATE INDEX idx_profiles_idle ON profiles (partner, updated) WHERE redacted_at = '' AND status IN ('unverified', 'resubmission_requested')",
      "CREATE INDEX idx_profiles_retained ON profiles (partner, final_since) WHERE redacted_at = '' AND final_since != ''",
      "CREATE INDEX idx_profiles_redacted ON profiles (redacted_at) WHERE redacted_at != ''",
      'CREATE INDEX idx_profiles_files_due ON profiles (redacted_at) WHERE files_due = TRUE',
    ];
    app.save(profiles);
    const run = (sql) => app.db().newQuery(sql).execute();
    run(`UPDATE profiles SET final_since = (SELECT created FROM status_history WHERE id = latest_status)
      WHERE status IN ('approved', 'rejected', 'canceled', 'expired')`);
    // Not a collection: only hooks read it.
    run('CREATE TABLE ekyc_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  },
  (app) => {
    app.db().newQuery('DROP TABLE ekyc_state').execute();
    const own = ['idx_profiles_idle', 'idx_profiles_retained', 'idx_profiles_redacted', 'idx_profiles_files_due'];
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.indexes = profiles.indexes.filter((index) => !own.some((name) => index.includes(`${name} `)));
    profiles.indexes = profiles.indexes.map((index) =>
      index.replace('(external_id, partner, created, id)', '(external_id)'),
    );
    for (const name of ['final_since', 'files_due']) profiles.fields.removeByName(name);
    app.save(profiles);
  },
);
