/// What the dashboard's pages listen to.

onRealtimeSubscribeRequest((e) => {
  require(`${__hooks}/lib/changes.js`).checkListener(e);
  return e.next();
});

onRecordAfterCreateSuccess(
  (e) => {
    require(`${__hooks}/lib/changes.js`).announce(e.app, e.record);
    return e.next();
  },
  'profiles',
  'notes',
);

onRecordAfterUpdateSuccess(
  (e) => {
    require(`${__hooks}/lib/changes.js`).announce(e.app, e.record);
    return e.next();
  },
  'profiles',
  'notes',
);
