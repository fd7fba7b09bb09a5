/// Every list that is asked for.

onRecordsListRequest((e) => {
  // Whoever finds nothing by a filter more than three times in three seconds, PocketBase lets wait for up to half a second, against guesses by
  // time. The service account's filters are the Worker's own, and it is one client for all partners: they would wait for each other.
  // This ends the chain: no other hook may rely on running for an empty list.
  if (e.records.length === 0 && e.auth?.collection().name === 'services') return e.json(200, e.result);
  return e.next();
});
