const { findProfile } = require(`${__hooks}/lib/base/caller.js`);
const { findEarlier, remember } = require(`${__hooks}/lib/base/idempotency.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);

function addNote(app, caller, id, body) {
  let answer;
  transact(app, (tx) => {
    const profile = findProfile(tx, caller, id);
    const earlier = findEarlier(tx, caller, profile);
    if (earlier) {
      answer = { ...plain(tx.findRecordById('notes', earlier.target)), replayed: true };
      return;
    }
    const note = new Record(tx.findCachedCollectionByNameOrId('notes'));
    note.load({ profile: profile.id, text: body.text });
    note.set('@caller', caller);
    tx.save(note);
    remember(tx, caller, profile, { target: note.id, changed: true });
    answer = plain(note);
  });
  return answer;
}

const plain = (record) => JSON.parse(JSON.stringify(record));

module.exports = { addNote };
