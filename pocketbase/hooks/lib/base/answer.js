/** JSON that is the caller's answer as it stands: the Worker hands it on unread. */
function answerFinal(e, text) {
  const headers = e.response.header();
  headers.set('Content-Type', 'application/json');
  headers.set('X-Answer', 'final');
  return e.string(200, text);
}

module.exports = { answerFinal };
