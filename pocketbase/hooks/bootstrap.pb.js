/// What has to be so before the first request. Accounts come from the environment, so that no secret stands on a command line.

$app.onServe().bindFunc((e) => {
  require(`${__hooks}/lib/base/start.js`).prepare(e);
  const upsert = (collection, email, password) => {
    if (!email || !password) return;
    let account;
    try {
      account = e.app.findAuthRecordByEmail(collection, email);
    } catch {
      account = new Record(e.app.findCollectionByNameOrId(collection));
      account.setEmail(email);
    }
    if (!account.isNew() && account.validatePassword(password)) return;
    account.setPassword(password);
    e.app.save(account);
  };

  upsert('_superusers', $os.getenv('SUPERUSER_EMAIL'), $os.getenv('SUPERUSER_PASSWORD'));
  upsert('services', $os.getenv('POCKETBASE_SERVICE_EMAIL'), $os.getenv('POCKETBASE_SERVICE_PASSWORD'));
  require(`${__hooks}/lib/profiles/dedupe.js`).adoptSecret(e.app);
  e.installerFunc = null; // PocketBase's installer prints a superuser's token
  return e.next();
});
