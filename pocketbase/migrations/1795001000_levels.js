/// What a profile needs: levels, the one of each profile, and the consents that were given.

const of = (path) => `NEW.act ->> '$.${path}'`;
const level = ['level', 'level_name', 'level_version'];
const kept = (names) => names.map((name) => `"${name}" = IFNULL(${of(`set.${name}`)}, ${name})`);

/** What the acts of `1795000800_acts.js` write as well: each text of their triggers, and the text that takes its place. */
const acts = {
  enrolments: [
    ['"asked","revision"', `"asked",${level.map((name) => `"${name}"`)},"revision"`],
    ["'[]',1,", `'[]',${level.map((name) => of(`set.${name}`))},1,`],
  ],
  profile_updates: [['"revision" = revision + 1', `${kept([...level, 'consent'])},"revision" = revision + 1`]],
  status_changes: [['"revision" = revision + 1', `${kept(['consent'])},"revision" = revision + 1`]],
};

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { cell, created, date, digest, integer, json, ofPartner, refuse, run, save, text } = lib;
    const { final } = require(`${__hooks}/lib/shared/status-sets.json`);
    const notForApplicants = '@request.headers.x_actor_type != "applicant"';

    // `partner` is '' of the operator's own, which are for all.
    save(app, {
      name: 'levels',
      listRule: `${ofPartner('partner')} && ${notForApplicants}`,
      viewRule: `${ofPartner('partner')} && ${notForApplicants}`,
      fields: [
        text('partner', { max: 40 }),
        text('name', { required: true }),
        integer('version', { min: 1 }),
        json('spec', 65_536, { required: true }),
        text('actor_type', { required: true }),
        text('actor_id'),
        created,
      ],
      indexes: [
        'CREATE UNIQUE INDEX idx_levels_version ON levels (partner, name, version)',
        'CREATE INDEX idx_levels_created ON levels (created, id)',
        'CREATE INDEX idx_levels_partner ON levels (partner, created, id)',
      ],
    });
    lib.appendOnly(app, 'levels');
    // With it, no REPLACE reaches a row by (partner, name, version) either.
    const gap =
      'NEW.version IS NOT (SELECT IFNULL(MAX(version), 0) + 1 FROM levels WHERE partner = NEW.partner AND name = NEW.name)';
    refuse(app, 'levels', 'no_gap', 'INSERT', gap, 'levels continue their versions');

    save(app, {
      name: 'consents',
      fields: [
        {
          type: 'relation',
          name: 'profile',
          required: true,
          maxSelect: 1,
          collectionId: app.findCollectionByNameOrId('profiles').id,
        },
        text('version', { required: true }),
        text('locale', { max: 35 }),
        digest('sha256'), // of the text that was shown
        date('given_at'),
        text('actor_type', { required: true }),
        text('actor_id'),
        created,
      ],
      indexes: ['CREATE INDEX idx_consents_profile ON consents (profile)'],
    });
    lib.appendOnly(app, 'consents', lib.onlyErasure(app, 'consents', ['locale', 'sha256']));

    const profiles = app.findCollectionByNameOrId('profiles');
    const columns = [
      text('level', { max: 15, hidden: true }), // '' of the built-in default
      text('level_name'),
      integer('level_version'),
      json('consent', 1024), // the newest one, for answers
    ];
    for (const column of columns) {
      profiles.fields.add(new { text: TextField, number: NumberField, json: JSONField }[column.type](column));
    }
    app.save(profiles);
    const byDefault = require(`${__hooks}/lib/shared/default-level.json`);
    run(app, `UPDATE profiles SET level_name = '${byDefault.name}', level_version = ${byDefault.version}`);
    profiles.indexes = [
      ...profiles.indexes,
      'CREATE INDEX idx_profiles_level ON profiles (level_name, created, id)',
      'CREATE INDEX idx_profiles_partner_level ON profiles (partner, level_name, created, id)',
    ];
    app.save(profiles);
    refuse(
      app,
      'profiles',
      'freeze_level',
      'UPDATE',
      `OLD.status IN (${lib.listed(final)}) AND NEW.status = OLD.status AND NEW.redacted_at = '' AND
        (NEW.level IS NOT OLD.level OR NEW.level_name IS NOT OLD.level_name OR NEW.level_version IS NOT OLD.level_version)`,
      'a decided profile is reopened before it is changed',
    );

    for (const [name, changes] of Object.entries(acts)) lib.rewrite(app, `${name}_act`, changes);
    for (const view of ['profile_updates', 'status_changes']) {
      run(
        app,
        `CREATE TRIGGER ${view}_consent INSTEAD OF INSERT ON ${view} WHEN json_type(NEW.act, '$.set.consent') = 'object' BEGIN
          INSERT INTO consents (id, profile, version, locale, sha256, given_at, actor_type, actor_id, created)
          SELECT '${cell()}' || lower(hex(randomblob(7))), ${of('profile')}, ${of('set.consent.version')}, ${of('set.consent.locale')},
            ${of('consent_sha256')}, replace(${of('set.consent.given_at')}, 'T', ' '), ${of('actor.type')}, ${of('actor.id')}, ${of('now')};
        END`,
      );
    }
  },
  (app) => {
    const { remove, rewrite, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    for (const view of ['status_changes', 'profile_updates']) run(app, `DROP TRIGGER ${view}_consent`);
    for (const [name, changes] of Object.entries(acts)) {
      rewrite(
        app,
        `${name}_act`,
        changes.map(([before, after]) => [after, before]),
      );
    }
    run(app, 'DROP TRIGGER profiles_freeze_level');
    const profiles = app.findCollectionByNameOrId('profiles');
    for (const name of ['consent', 'level_version', 'level_name', 'level']) profiles.fields.removeByName(name);
    profiles.indexes = profiles.indexes.filter((index) => !index.includes('level_name'));
    app.save(profiles);
    remove(app, ['consents', 'levels']);
  },
);
