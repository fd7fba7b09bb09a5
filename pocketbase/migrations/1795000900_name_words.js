/// The words of names, by which applicants are searched for: written in the act that writes the name, deleted with the profile.

migrate(
  (app) => {
    const { cell, created, run, save, text } = require(`${__hooks}/../migrations/lib/collections.js`);
    save(app, {
      name: 'name_words',
      fields: [
        text('partner', { required: true, max: 40 }),
        text('word', { required: true }),
        text('profile', { required: true, max: 15 }),
        created,
      ],
      indexes: [
        // Each word's newest profiles first, of one partner and of all.
        'CREATE INDEX idx_name_words_partner ON name_words (partner, word, created, profile)',
        'CREATE INDEX idx_name_words_word ON name_words (word, created, profile)',
        'CREATE INDEX idx_name_words_profile ON name_words (profile, word)',
      ],
    });
    const of = (name) => `NEW.act ->> '$.${name}'`;
    const insert = (time) => `INSERT INTO name_words (id, partner, word, profile, created)
      SELECT '${cell()}' || lower(hex(randomblob(7))), ${of('partner')}, value, ${of('profile')}, ${time}
      FROM json_each(NEW.act, '$.words');`;
    run(app, `CREATE TRIGGER enrolments_words INSTEAD OF INSERT ON enrolments BEGIN ${insert(of('now'))} END`);
    run(
      app,
      `CREATE TRIGGER profile_updates_words INSTEAD OF INSERT ON profile_updates WHEN json_type(NEW.act, '$.words') = 'array' BEGIN
        DELETE FROM name_words WHERE profile = ${of('profile')};
        ${insert(`(SELECT created FROM profiles WHERE id = ${of('profile')})`)}
      END`,
    );
  },
  (app) => {
    const { remove, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    for (const view of ['enrolments', 'profile_updates']) run(app, `DROP TRIGGER ${view}_words`);
    remove(app, ['name_words']);
  },
);
