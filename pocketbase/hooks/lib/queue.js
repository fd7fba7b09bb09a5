const { checkReviewer } = require(`${__hooks}/lib/claims.js`);
const statuses = Object.keys(require(`${__hooks}/lib/status.json`));

const PAGE_SIZE = 50;
const REVIEWABLE = ['pending', 'in_review'];

const SHAPE = {
  id: '',
  partner: '',
  status: '',
  full_name: '',
  country: '',
  document_type: '',
  since: '',
  claimed_by: '',
  claimed_until: '',
};

/**
 * The profiles in the statuses asked for, by the time they have been there, with the counts that surround them.
 * `order`: `oldest` first is a queue, `newest` first an archive.
 */
function readQueue(app, caller, query) {
  checkReviewer(caller);
  const all = (sql, shape, params = {}) => {
    const rows = arrayOf(new DynamicModel(shape));
    app.db().newQuery(sql).bind(params).all(rows);
    return rows;
  };
  const partner = query.partner ?? '';
  const wanted = (query.status ?? '').split(',').filter((status) => statuses.includes(status));
  const page = Math.max(1, Number(query.page) || 1);
  const within = `p.redacted_at = '' AND ({:partner} = '' OR p.partner = {:partner})`;
  // Constants of ours, not the caller's words.
  const among = (wanted.length > 0 ? wanted : REVIEWABLE).map((status) => `'${status}'`).join();
  const direction = query.order === 'newest' ? 'DESC' : 'ASC';
  const counted = all(
    `SELECT p.status, COUNT(*) AS n FROM profiles p WHERE ${within} GROUP BY p.status`,
    { status: '', n: 0 },
    { partner },
  );
  const items = all(
    `SELECT p.id, p.partner, p.status, p.full_name, p.country, p.document_type, h.created AS since, p.claimed_by, p.claimed_until
    FROM profiles p JOIN status_history h ON h.id = p.latest_status WHERE ${within} AND p.status IN (${among})
    ORDER BY h.created ${direction}, p.id LIMIT {:limit} OFFSET {:offset}`,
    SHAPE,
    { partner, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE },
  );
  return {
    counts: Object.fromEntries(
      statuses.map((status) => [status, counted.find((row) => row.status === status)?.n ?? 0]),
    ),
    page,
    page_size: PAGE_SIZE,
    partners: all('SELECT slug, name FROM partners ORDER BY slug LIMIT 1000', { slug: '', name: '' }),
    items,
  };
}

module.exports = { readQueue };
