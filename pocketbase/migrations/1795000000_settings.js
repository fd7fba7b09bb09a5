/// Instance settings that the project relies on, and what only hooks remember.

migrate(
  (app) => {
    const { cell, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    const older = new DynamicModel({ n: 0 });
    app.db().newQuery("SELECT COUNT(*) AS n FROM _migrations WHERE file LIKE '17639%'").one(older);
    if (older.n > 0)
      throw new Error('This data is of a layout from before the first release: begin with an empty folder.');
    if (!/^[a-z]$/.test(cell())) throw new Error('CELL takes one letter from a to z.');
    const settings = app.settings();
    settings.meta.appName = 'eKYC Edge';
    settings.logs.logIP = false;
    settings.batch.enabled = false;
    app.save(settings);
    run(app, 'CREATE TABLE ekyc_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
    run(app, `INSERT INTO ekyc_state (name, value) VALUES ('cell', '${cell()}')`);
  },
  (app) => {
    const { run } = require(`${__hooks}/../migrations/lib/collections.js`);
    run(app, 'DROP TABLE ekyc_state');
    const settings = app.settings();
    settings.meta.appName = 'Acme';
    settings.logs.logIP = true;
    app.save(settings);
  },
);
