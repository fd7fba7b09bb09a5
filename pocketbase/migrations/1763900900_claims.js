/// Who works on a profile at the moment, and what the reviewers' queue and figures are read by.

migrate(
  (app) => {
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.add(new TextField({ name: 'claimed_by', max: 15 }));
    profiles.fields.add(new DateField({ name: 'claimed_until' }));
    profiles.addIndex('idx_profiles_queue', false, 'status, partner', "redacted_at = ''");
    app.save(profiles);
    const history = app.findCollectionByNameOrId('status_history');
    history.addIndex('idx_status_history_to', false, '`to`, created', '');
    app.save(history);
  },
  (app) => {
    const history = app.findCollectionByNameOrId('status_history');
    history.removeIndex('idx_status_history_to');
    app.save(history);
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.removeIndex('idx_profiles_queue');
    for (const name of ['claimed_until', 'claimed_by']) profiles.fields.removeByName(name);
    app.save(profiles);
  },
);
