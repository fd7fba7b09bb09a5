const MAX_ANNOUNCED = 20;

/** Names due deliveries in the answer, so that the Worker wakes its queue without asking. The sweep finds the others. */
function announce(headers, deliveries) {
  if (!headers || deliveries.length === 0) return;
  const known = headers.get('X-Deliveries');
  const all = known ? [...known.split(','), ...deliveries] : [...deliveries];
  headers.set('X-Deliveries', all.slice(0, MAX_ANNOUNCED).join(','));
}

module.exports = { announce };
