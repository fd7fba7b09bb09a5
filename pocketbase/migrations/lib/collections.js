/// What the migrations build with. A migration is never changed once it was released, and neither is anything here.

/** The letter that every id of this installation begins with; `bootstrap.pb.js` refuses another one later. */
const cell = () => $os.getenv('CELL') || 'a';

const text = (name, options) => ({ type: 'text', name, max: 255, ...options });
const date = (name, options) => ({ type: 'date', name, ...options });
const bool = (name, options) => ({ type: 'bool', name, ...options });
const json = (name, maxSize, options) => ({ type: 'json', name, maxSize, ...options });
const integer = (name, options) => ({ type: 'number', name, onlyInt: true, min: 0, ...options });
const digest = (name, options) => text(name, { pattern: '^[0-9a-f]{64}$', ...options });
const select = (name, values, options) => ({ type: 'select', name, values, maxSelect: 1, required: true, ...options });
const ID = {
  type: 'text',
  name: 'id',
  system: true,
  primaryKey: true,
  required: true,
  min: 15,
  max: 15,
  pattern: '^[a-z0-9]+$',
};
const created = { type: 'autodate', name: 'created', onCreate: true };
const updated = { type: 'autodate', name: 'updated', onCreate: true, onUpdate: true };

/** Deny by default: without the header `x-partner` the service account sees nothing. */
const SERVICE = '@request.auth.collectionName = "services"';
const ofPartner = (partner) =>
  `${SERVICE} && (@request.headers.x_partner = "*" || ${partner} = @request.headers.x_partner)`;
const ofAllPartners = `${SERVICE} && @request.headers.x_partner = "*"`;

/** A collection whose ids begin with the letter of the cell. PocketBase looks for another `pattern` at each create, so it stays as it is. */
function save(app, { fields, ...options }) {
  const id = { ...ID, autogeneratePattern: `${cell()}[a-z0-9]{14}` };
  const collection = new Collection({ type: 'base', fields: [id, ...fields], ...options });
  app.save(collection);
  refuse(
    app,
    options.name,
    'letter',
    'INSERT',
    `substr(NEW.id, 1, 1) IS NOT '${cell()}'`,
    'ids begin with the letter of the cell',
  );
  return collection;
}

/** Ids of PocketBase's own superusers, who act here as well, begin with the letter too. */
function nameSuperusers(app, letter) {
  const superusers = app.findCollectionByNameOrId('_superusers');
  superusers.fields.getByName('id').autogeneratePattern =
    letter.length === 1 ? `${letter}[a-z0-9]{14}` : `${letter}{15}`;
  app.save(superusers);
}

function remove(app, names) {
  for (const name of names) app.delete(app.findCollectionByNameOrId(name));
}

/** A list of texts for `IN`. */
const listed = (texts) => texts.map((text) => `'${text}'`).join(', ');

const run = (app, sql) => app.db().newQuery(sql).execute();

/** A trigger that lets nothing pass for which the condition holds. It ends with its table. */
function refuse(app, table, name, event, condition, message) {
  const when = condition ? `WHEN ${condition}` : '';
  run(
    app,
    `CREATE TRIGGER ${table}_${name} BEFORE ${event} ON ${table} ${when} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  );
}

/** Makes a trigger of an earlier migration again, with other words in it. @param changes `[[text, instead]]`, each text stands there once */
function rewrite(app, trigger, changes) {
  const row = new DynamicModel({ sql: '' });
  app
    .db()
    .newQuery("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = {:trigger}")
    .bind({ trigger })
    .one(row);
  const sql = changes.reduce((text, [before, after]) => {
    const parts = text.split(before);
    if (parts.length !== 2) throw new Error(`${trigger} has another text than ${before}`);
    return parts.join(after);
  }, row.sql);
  run(app, `DROP TRIGGER ${trigger}`);
  run(app, sql);
}

/**
 * No row is changed, removed or replaced. REPLACE skips DELETE triggers (https://www.sqlite.org/lang_conflict.html), so every way for it to hit
 * a row is refused by itself.
 * @param exception of an update, as SQL
 */
function appendOnly(app, table, exception) {
  const message = `${table} is append-only`;
  refuse(app, table, 'no_update', 'UPDATE', exception ? `NOT (${exception})` : '', message);
  refuse(app, table, 'no_delete', 'DELETE', '', message);
  neverReplaced(app, table, message);
}

function neverReplaced(app, table, message) {
  const exists = `EXISTS (SELECT 1 FROM ${table} WHERE id = NEW.id OR rowid = NEW.rowid)`;
  refuse(app, table, 'no_replace', 'INSERT', exists, message);
}

/** The update that an erasure makes: `emptied` columns become '', all others stay, and the profile is erased already. */
function onlyErasure(app, table, emptied, profile = 'profile') {
  const columns = app.findCollectionByNameOrId(table).fields.fieldNames();
  const kept = [...columns.filter((name) => !emptied.includes(name)).map((name) => `"${name}"`), 'rowid'];
  return [
    ...kept.map((name) => `NEW.${name} IS OLD.${name}`),
    ...emptied.map((name) => `NEW."${name}" = ''`),
    `EXISTS (SELECT 1 FROM profiles WHERE id = OLD.${profile} AND redacted_at != '')`,
  ].join(' AND ');
}

module.exports = {
  appendOnly,
  bool,
  cell,
  created,
  date,
  digest,
  integer,
  json,
  listed,
  nameSuperusers,
  neverReplaced,
  ofAllPartners,
  ofPartner,
  onlyErasure,
  refuse,
  remove,
  rewrite,
  run,
  save,
  select,
  text,
  updated,
};
