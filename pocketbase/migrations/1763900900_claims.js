/// Who works on a profile at the moment, and what the reviewers' queue and figures are read by.

migrate(
  (app) => {
    const run = (sql) => app.db().newQuery(sql).execute();
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.add(new TextField({ name: 'claimed_by', max: 15 }));
    profiles.fields.add(new DateField({ name: 'claimed_until' }));
    profiles.fields.add(new DateField({ name: 'status_since', hidden: true }));
    profiles.addIndex('idx_profiles_queue', false, 'status, status_since, id', "redacted_at = ''");
    profiles.addIndex('idx_profiles_partner_queue', false, 'partner, status, status_since, id', "redacted_at = ''");
    app.save(profiles);
    run('UPDATE profiles SET status_since = (SELECT created FROM status_history WHERE id = latest_status)');

    const history = app.findCollectionByNameOrId('status_history');
    history.fields.add(new NumberField({ name: 'waited', hidden: true }));
    history.indexes = history.indexes.map((index) => index.replace('("to", created)', '("to", created, waited)'));
    app.save(history);
    // Append-only, so its trigger has to step aside for the old rows; from then on it guards the new column too.
    const trigger = new DynamicModel({ sql: '' });
    app.db().newQuery("SELECT sql FROM sqlite_master WHERE name = 'status_history_no_update'").one(trigger);
    run('DROP TRIGGER status_history_no_update');
    run(
      `UPDATE status_history AS d SET waited = ${require(`${__hooks}/lib/status/waited.js`).WAITED} WHERE "to" IN ('approved', 'rejected')`,
    );
    run(trigger.sql.replace('NOT (', 'NOT (NEW.waited IS OLD.waited AND '));
  },
  (app) => {
    const run = (sql) => app.db().newQuery(sql).execute();
    const trigger = new DynamicModel({ sql: '' });
    app.db().newQuery("SELECT sql FROM sqlite_master WHERE name = 'status_history_no_update'").one(trigger);
    run('DROP TRIGGER status_history_no_update');
    const history = app.findCollectionByNameOrId('status_history');
    history.indexes = history.indexes.map((index) => index.replace('("to", created, waited)', '("to", created)'));
    history.fields.removeByName('waited');
    app.save(history);
    run(trigger.sql.replace('NEW.waited IS OLD.waited AND ', ''));

    const profiles = app.findCollectionByNameOrId('profiles');
    for (const name of ['idx_profiles_partner_queue', 'idx_profiles_queue']) profiles.removeIndex(name);
    for (const name of ['status_since', 'claimed_until', 'claimed_by']) profiles.fields.removeByName(name);
    app.save(profiles);
  },
);
