const { audit } = require(`${__hooks}/lib/base/audit.js`);
const { fail } = require(`${__hooks}/lib/base/problem.js`);
const { all } = require(`${__hooks}/lib/base/sql.js`);
const { transact } = require(`${__hooks}/lib/base/transaction.js`);
const { distinctWords, wordsOf } = require(`${__hooks}/lib/profiles/names.js`);

/** So many profiles are looked at for one page: what is rarer among them is found on a later one. */
const MOST_CANDIDATES = 2000;
/** So many words begin alike at most, or the page is of some of them. */
const MOST_ALIKE = 500;
const MOST_WORDS = 5;
/** Each leads to few profiles, by an index of its own. */
const IDENTIFYING = ['document_number', 'external_id', 'email', 'phone'];
const EXACT = ['full_name', ...IDENTIFYING, 'status', 'level'];
/** Where a field has another name than its column. */
const COLUMN_OF = { level: 'level_name' };
const AFTER = { updated_after: 'updated', created_after: 'created' };

const COLUMNS = [
  'id',
  'partner',
  'status',
  'full_name',
  'country',
  'document_type',
  'document_number',
  'date_of_birth',
  'email',
  'phone',
  'external_id',
  'locale',
  'level_name',
  'level_version',
  'evidence_version',
  'checks_status',
  'checks_outcome',
  'checks_evidence',
  'created',
  'updated',
];
const ITEM = `json_object(${COLUMNS.map((name) => `'${name}', p.${name}`)},
  'metadata', json(coalesce(nullif(p.metadata, ''), 'null')), 'missing', json(ifnull(p.missing, '[]')), 'consent', json(p.consent))`;
const SHAPE = { candidates: 0, alike: 0, last: '', items: '' };

/**
 * Profiles by words of the name and by exact fields, the newest first. The one thing that leads to the fewest profiles gives the candidates, of
 * which all else is asked; `next` is where the next page begins, `truncated` that there may be more between.
 */
function searchProfiles(app, caller, body) {
  if (caller.type === 'applicant') fail(403, 'forbidden', 'Applicants search for nobody.');
  const partner = caller.partner === '*' ? (body.partner ?? null) : caller.partner; // null: all of them
  if (body.partner && body.partner !== partner) return { items: [], next: null, truncated: false };
  const lead = leadOf(app, partner, body);
  const others = lead.words.filter((word) => word !== lead.word);
  const isAnswered =
    others.length === 0 && !EXACT.some((name) => name !== lead.field && body[name]) && !body.updated_after;
  const most = isAnswered ? body.limit + 1 : MOST_CANDIDATES;
  const params = {
    ...paramsOf(body, partner, others),
    ...(lead.word && rangeOf(lead.word, '')),
    limit: body.limit,
    most,
  };
  const [row] = all(app, pageSql(lead, others, body, partner), SHAPE, params);
  const found = JSON.parse(row.items);
  const items = found.slice(0, body.limit);
  const isCut = found.length <= body.limit && !isAnswered && row.candidates === most;
  const last = isCut ? JSON.parse(row.last) : items.at(-1);
  const hasMore = isCut || found.length > body.limit;
  noteSearch(app, caller, body, items.length);
  return {
    items,
    next: hasMore ? { created: last.created, id: last.id } : null,
    truncated: isCut || row.alike > MOST_ALIKE,
  };
}

/** An identifying field, or the word that the fewest names have. `words`: all that a name must have. */
function leadOf(app, partner, body) {
  const words = [
    ...beginningsOf(body.q),
    ...distinctWords(body.full_name ?? '').map((text) => ({ text, isWhole: true })),
  ];
  const field = IDENTIFYING.find((name) => body[name]);
  if (field || words.length === 1) return { words, field, word: field ? undefined : words[0] };
  const counted = words.map((word) => ({ word, count: countWord(app, partner, word) }));
  return { words, word: counted.reduce((least, one) => (one.count < least.count ? one : least)).word };
}

/** @throws 422 for words that would find half of everybody */
function beginningsOf(q) {
  if (q === undefined) return [];
  const words = wordsOf(q);
  const lengths = words.map((word) => [...word].length);
  const isFit =
    words.length > 0 && words.length <= MOST_WORDS && Math.min(...lengths) >= 2 && Math.max(...lengths) >= 3;
  if (!isFit) {
    const detail = `Must be one to ${MOST_WORDS} words of two letters or more, the longest of three or more`;
    fail(422, 'validation_failed', 'These words cannot be searched for.', { errors: [{ pointer: '/q', detail }] });
  }
  return words.map((text) => ({ text, isWhole: false }));
}

/** Comes after every letter; goja takes no `\u{…}` in a template. */
const LAST = '\udbff\udfff';

/** Words are letters and digits: a blank comes before each of them. */
const rangeOf = ({ text, isWhole }, suffix) => ({
  [`from${suffix}`]: text,
  [`to${suffix}`]: isWhole ? `${text} ` : text + LAST,
});
const within = (suffix) => `word >= {:from${suffix}} AND word < {:to${suffix}}`;
const ownOf = (partner) => (partner === null ? '' : 'partner = {:partner} AND');

function countWord(app, partner, word) {
  const sql = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM name_words WHERE ${ownOf(partner)} ${within('')} LIMIT ${MOST_CANDIDATES})`;
  return all(app, sql, { n: 0 }, { partner, ...rangeOf(word, '') })[0].n;
}

function paramsOf(body, partner, others) {
  const given = [...EXACT, ...Object.keys(AFTER)].filter((name) => body[name]);
  return {
    partner,
    ...Object.fromEntries(given.map((name) => [name, body[name]])),
    ...(body.after && { after: body.after.created, after_id: body.after.id }),
    ...Object.assign({}, ...others.map((word, index) => rangeOf(word, index))),
  };
}

function pageSql(lead, others, body, partner) {
  const asked = [
    "p.redacted_at = ''",
    ...EXACT.filter((name) => body[name]).map((name) => `p.${COLUMN_OF[name] ?? name} = {:${name}}`),
    ...Object.keys(AFTER)
      .filter((name) => body[name])
      .map((name) => `p.${AFTER[name]} > {:${name}}`),
    ...others.map((_, index) => `EXISTS (SELECT 1 FROM name_words WHERE profile = c.id AND ${within(index)})`),
  ];
  return `WITH RECURSIVE ${lead.field ? byField(lead.field, body, partner) : byWord(body, partner)},
    hits AS (SELECT c.id, c.created FROM candidates c CROSS JOIN profiles p ON p.id = c.id WHERE ${asked.join(' AND ')}
      ORDER BY c.created DESC, c.id DESC LIMIT {:limit} + 1)
    SELECT (SELECT COUNT(*) FROM candidates) AS candidates, (SELECT COUNT(*) FROM alike) AS alike,
      IFNULL((SELECT json_object('created', created, 'id', id) FROM candidates ORDER BY created, id LIMIT 1), '') AS last,
      (SELECT json_group_array(json(item)) FROM (SELECT ${ITEM} AS item FROM hits h CROSS JOIN profiles p ON p.id = h.id
        ORDER BY h.created DESC, h.id DESC)) AS items`;
}

/** After the cursor's place, and younger than what was asked for: inside the index, so that a page costs the same wherever it lies. */
const placeOf = (body, id) =>
  `${body.after ? `AND (created, ${id}) < ({:after}, {:after_id})` : ''} ${body.created_after ? 'AND created > {:created_after}' : ''}`;

const byField = (field, body, partner) => `alike AS (SELECT NULL),
  candidates(id, created) AS MATERIALIZED (SELECT id, created FROM profiles
    WHERE ${ownOf(partner)} ${field} != '' AND ${field} = {:${field}} ${placeOf(body, 'id')} ORDER BY created DESC, id DESC LIMIT {:most})`;

/** Leaps from each word that begins so to the next, and reads the newest of each: to sort all of them would take as long as there are many. */
function byWord(body, partner) {
  const next = (after) => `(SELECT MIN(word) FROM name_words WHERE ${ownOf(partner)} ${after} AND word < {:to})`;
  return `leaps(word) AS (SELECT ${next('word >= {:from}')} UNION ALL
      SELECT ${next('word > leaps.word')} FROM leaps WHERE word IS NOT NULL LIMIT ${MOST_ALIKE + 1}),
    alike AS MATERIALIZED (SELECT word FROM leaps WHERE word IS NOT NULL),
    candidates(id, created) AS MATERIALIZED (SELECT n.profile, n.created FROM alike CROSS JOIN name_words n ON n.rowid IN (
        SELECT rowid FROM name_words WHERE ${ownOf(partner)} word = alike.word ${placeOf(body, 'profile')}
        ORDER BY created DESC, profile DESC LIMIT {:most})
      GROUP BY n.profile ORDER BY n.created DESC, n.profile DESC LIMIT {:most})`;
}

/** A person's search tells which fields were asked for and how many it found, never what was asked. */
function noteSearch(app, caller, body, hits) {
  if (caller.type !== 'reviewer') return;
  const fields = ['q', ...EXACT, ...Object.keys(AFTER), 'partner'].filter((name) => body[name]);
  const partner = caller.partner === '*' ? '' : caller.partner;
  transact(app, (tx) => audit(tx, caller, 'profiles.searched', { partner, target: `${fields.join(',')}/${hits}` }));
}

module.exports = { searchProfiles };
