/**
 * Runs `work`, and with it the rest of the chain, in one transaction. For model-execute hooks: they run after PocketBase
 * has copied an upload into its storage, so no file is copied while the only writer is held, and when `work` fails
 * PocketBase removes the copy.
 */
function inTransaction(e, work) {
  const app = e.app;
  try {
    app.runInTransaction((tx) => {
      e.app = tx;
      work(tx);
    });
  } finally {
    e.app = app; // PocketBase goes on using the event after the transaction.
  }
}

module.exports = { inTransaction };
