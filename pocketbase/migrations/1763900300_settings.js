/// Instance settings that the project relies on.

migrate(
  (app) => {
    const settings = app.settings();
    settings.meta.appName = 'eKYC Edge';
    settings.logs.logIP = false;
    settings.batch.enabled = false;
    app.save(settings);
  },
  (app) => {
    const settings = app.settings();
    settings.meta.appName = 'Acme';
    settings.logs.logIP = true;
    app.save(settings);
  },
);
