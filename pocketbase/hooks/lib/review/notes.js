const { perform } = require(`${__hooks}/lib/base/act.js`);
const { findEarlier, remembered } = require(`${__hooks}/lib/base/idempotency.js`);
const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { ask } = require(`${__hooks}/lib/base/sql.js`);
const { writeProfile } = require(`${__hooks}/lib/base/stand.js`);

const MAX_LENGTH = 20_000;
const NOTE = 'SELECT id, profile, seq, text, actor_type, actor_id, created FROM notes WHERE id = {:id}';
const SHAPE = { id: '', profile: '', seq: 0, text: '', actor_type: '', actor_id: '', created: '' };

function addNote(app, caller, id, { text }) {
  if (typeof text !== 'string' || text === '' || text.length > MAX_LENGTH) {
    fail(422, 'validation_failed', 'The text is not valid.', {
      errors: [{ pointer: '/text', detail: 'Is not valid' }],
    });
  }
  return writeProfile(app, caller, id, (db, stand) => {
    const earlier = findEarlier(db, caller, id);
    if (earlier) return { ...readNote(db, earlier.target), replayed: true };
    const note = newId();
    perform(db, caller, 'note_writings', {
      profile: id,
      partner: stand.partner,
      note: { id: note, text },
      ...remembered(caller, note, true),
      audit: [{ action: 'note.created', target: note }],
    });
    return readNote(db, note);
  });
}

const readNote = (app, id) => ({ ...ask(app, NOTE, SHAPE, { id })[0] });

module.exports = { addNote };
