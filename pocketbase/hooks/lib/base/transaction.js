// Deletes nothing. As its first statement it makes a transaction the writer: one that has read before it writes fails when
// another process, such as an operator's shell, has written in between.
const BECOME_WRITER = "DELETE FROM ekyc_state WHERE name = ''";

/**
 * Runs `work` in one transaction that overwrites what it deletes: SQLite leaves deleted text in the file otherwise. Each
 * transaction says so for itself, as the setting is the connection's, and PocketBase may replace the connection.
 */
function transact(app, work) {
  const isNested = app.isTransactional();
  app.runInTransaction((tx) => {
    if (!isNested) tx.db().newQuery(`PRAGMA secure_delete = ON; ${BECOME_WRITER}`).execute();
    work(tx);
  });
}

/** Runs `work`, and with it the rest of the chain, in one transaction: for model-execute hooks. */
function inTransaction(e, work) {
  const app = e.app;
  try {
    transact(app, (tx) => {
      e.app = tx;
      work(tx);
    });
  } finally {
    e.app = app; // PocketBase goes on using the event after the transaction.
  }
}

module.exports = { inTransaction, transact };
