/// Who works on a profile at the moment, and what the reviewers' queue and figures are read by.

migrate(
  (app) => {
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.fields.add(new TextField({ name: 'claimed_by', max: 15 }));
    profiles.fields.add(new DateField({ name: 'claimed_until' }));
    profiles.addIndex('idx_profiles_queue', false, 'status, partner', "redacted_at = ''");
    app.save(profiles);
  },
  (app) => {
    const profiles = app.findCollectionByNameOrId('profiles');
    profiles.removeIndex('idx_profiles_queue');
    for (const name of ['claimed_until', 'claimed_by']) profiles.fields.removeByName(name);
    app.save(profiles);
  },
);
