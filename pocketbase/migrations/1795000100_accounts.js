/// The two kinds of account that log in, both with a password and nothing else.

migrate(
  (app) => {
    const { bool, cell, created, nameSuperusers, refuse, save, text, updated } = require(
      `${__hooks}/../migrations/lib/collections.js`,
    );
    // PocketBase's sample collection, in which anybody may sign up and so hold a valid token. No `down` brings it back.
    for (const { name } of app.findAllCollections('auth')) {
      if (name === 'users') app.delete(app.findCollectionByNameOrId(name));
    }

    const account = (name, options) =>
      save(app, {
        type: 'auth',
        name,
        listRule: null,
        viewRule: null,
        createRule: null,
        updateRule: null,
        deleteRule: null,
        passwordAuth: { enabled: true, identityFields: ['email'] },
        oauth2: { enabled: false },
        otp: { enabled: false },
        mfa: { enabled: false },
        authAlert: { enabled: false },
        ...options,
      });

    account('services', { authRule: '', authToken: { duration: 24 * 60 * 60 }, fields: [created, updated] });
    account('reviewers', {
      authRule: 'active = true',
      authToken: { duration: 12 * 60 * 60 },
      fields: [text('name', { required: true }), bool('active'), created, updated],
    });
    // The history names reviewers by their id for ever.
    refuse(app, 'reviewers', 'no_delete', 'DELETE', '', 'reviewers are never deleted');
    nameSuperusers(app, cell());
  },
  (app) => {
    const { nameSuperusers, remove } = require(`${__hooks}/../migrations/lib/collections.js`);
    nameSuperusers(app, '[a-z0-9]');
    remove(app, ['reviewers', 'services']);
  },
);
