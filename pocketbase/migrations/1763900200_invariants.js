/// The last line of defence, below PocketBase's hooks: what no SQL statement may do. REPLACE skips DELETE triggers
/// (https://www.sqlite.org/lang_conflict.html), so every way for it to hit an existing row is refused by itself.

migrate(
  (app) => {
    const newest = '(SELECT id, "to" FROM status_history WHERE profile = NEW.id ORDER BY seq DESC LIMIT 1)';
    const trigger = (name, event, condition, message) =>
      app
        .db()
        .newQuery(
          `CREATE TRIGGER ${name} BEFORE ${event} ${condition ? `WHEN ${condition}` : ''} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
        )
        .execute();

    const stray = `NOT EXISTS (SELECT 1 FROM ${newest} WHERE "to" = NEW.status AND id = NEW.latest_status)`;
    for (const event of ['INSERT', 'UPDATE']) {
      trigger(
        `profiles_status_on_${event.toLowerCase()}`,
        `${event} ON profiles`,
        stray,
        'profiles.status must be the newest row of status_history',
      );
    }
    trigger('profiles_no_delete', 'DELETE ON profiles', '', 'profiles are never deleted');
    trigger(
      'profiles_no_replace',
      'INSERT ON profiles',
      'EXISTS (SELECT 1 FROM profiles WHERE id = NEW.id OR rowid = NEW.rowid)',
      'profiles are never replaced',
    );
    trigger(
      'profiles_no_move',
      'UPDATE ON profiles',
      'NEW.id IS NOT OLD.id OR NEW.rowid IS NOT OLD.rowid OR NEW.partner IS NOT OLD.partner',
      'profiles keep their id and partner',
    );

    // The words are those of SQLite's own unique violation, so that the hooks see one spelling.
    const taken = {
      dedupe_key:
        "NEW.dedupe_key != '' AND EXISTS (SELECT 1 FROM profiles WHERE dedupe_key != '' AND dedupe_key = NEW.dedupe_key AND id != ROW.id)",
      external_id:
        "NEW.external_id != '' AND NEW.status != 'canceled' AND EXISTS (SELECT 1 FROM profiles WHERE external_id != '' AND status != 'canceled' AND partner = NEW.partner AND external_id = NEW.external_id AND id != ROW.id)",
    };
    for (const [column, condition] of Object.entries(taken)) {
      for (const event of ['INSERT', 'UPDATE']) {
        trigger(
          `profiles_${column}_on_${event.toLowerCase()}`,
          `${event} ON profiles`,
          condition.replace('ROW', event === 'INSERT' ? 'NEW' : 'OLD'),
          `UNIQUE constraint failed: profiles.${column}`,
        );
      }
    }

    const kept = [
      'id',
      'rowid',
      'profile',
      'seq',
      '"from"',
      '"to"',
      'reason_code',
      'actor_type',
      'actor_id',
      'request_id',
      'created',
    ];
    trigger(
      'status_history_no_update',
      'UPDATE ON status_history',
      `NOT (${kept.map((column) => `NEW.${column} IS OLD.${column}`).join(' AND ')}
        AND NEW.reason = '' AND NEW.note = ''
        AND EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile AND redacted_at != ''))`,
      'status_history is append-only',
    );
    trigger('status_history_no_delete', 'DELETE ON status_history', '', 'status_history is append-only');
    trigger(
      'status_history_no_replace',
      'INSERT ON status_history',
      'EXISTS (SELECT 1 FROM status_history WHERE id = NEW.id OR rowid = NEW.rowid)',
      'status_history is append-only',
    );
    const last = '(SELECT seq, "to" FROM status_history WHERE profile = NEW.profile ORDER BY seq DESC LIMIT 1)';
    trigger(
      'status_history_chain',
      'INSERT ON status_history',
      `NEW.seq IS NOT IFNULL((SELECT seq FROM ${last}), 0) + 1 OR NEW."from" IS NOT IFNULL((SELECT "to" FROM ${last}), '')`,
      'a row of status_history continues the one before it',
    );
  },
  (app) => {
    const triggers = [
      'profiles_status_on_insert',
      'profiles_status_on_update',
      'profiles_no_delete',
      'profiles_no_replace',
      'profiles_no_move',
      'profiles_dedupe_key_on_insert',
      'profiles_dedupe_key_on_update',
      'profiles_external_id_on_insert',
      'profiles_external_id_on_update',
      'status_history_no_update',
      'status_history_no_delete',
      'status_history_no_replace',
      'status_history_chain',
    ];
    for (const name of triggers) app.db().newQuery(`DROP TRIGGER ${name}`).execute();
  },
);
