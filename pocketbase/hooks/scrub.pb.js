/// At a quiet hour (UTC); a superuser may run it at once: admin UI, Settings, Crons.

cronAdd('scrubErased', '30 3 * * *', () => {
  require(`${__hooks}/lib/upkeep/scrub.js`).scrub($app);
});
