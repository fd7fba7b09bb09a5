/// The audit log is append-only below PocketBase's hooks too, as status_history is.

migrate(
  (app) => {
    const trigger = (name, event, condition) =>
      app
        .db()
        .newQuery(
          `CREATE TRIGGER audit_log_${name} BEFORE ${event} ON audit_log ${condition} BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END`,
        )
        .execute();
    trigger('no_update', 'UPDATE', '');
    trigger('no_delete', 'DELETE', '');
    trigger('no_replace', 'INSERT', 'WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id OR rowid = NEW.rowid)');
    trigger('chain', 'INSERT', 'WHEN NEW.seq IS NOT IFNULL((SELECT MAX(seq) FROM audit_log), 0) + 1');
  },
  (app) => {
    for (const name of ['no_update', 'no_delete', 'no_replace', 'chain']) {
      app.db().newQuery(`DROP TRIGGER audit_log_${name}`).execute();
    }
  },
);
