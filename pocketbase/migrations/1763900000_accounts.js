/// The two kinds of account that log in, both with a password and nothing else.

migrate(
  (app) => {
    // PocketBase's sample collection, in which anybody may sign up and so hold a valid token. No `down` brings it back.
    for (const { name } of app.findAllCollections('auth')) {
      if (name === 'users') app.delete(app.findCollectionByNameOrId(name));
    }

    const account = (name, options) =>
      app.save(
        new Collection({
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
        }),
      );

    account('services', { authRule: '', authToken: { duration: 24 * 60 * 60 } });
    account('reviewers', {
      authRule: 'active = true',
      authToken: { duration: 12 * 60 * 60 },
      fields: [
        { type: 'text', name: 'name', required: true, max: 255 },
        { type: 'bool', name: 'active' },
      ],
    });
  },
  (app) => {
    for (const name of ['reviewers', 'services']) app.delete(app.findCollectionByNameOrId(name));
  },
);
