const { newId } = require(`${__hooks}/lib/base/ids.js`);
const { all, run } = require(`${__hooks}/lib/base/sql.js`);
const { stamp } = require(`${__hooks}/lib/base/time.js`);
const { outcomeOf } = require(`${__hooks}/lib/checks/outcomes.js`);
const { isConsented } = require(`${__hooks}/lib/levels/consent.js`);
const { levelOf } = require(`${__hooks}/lib/levels/level.js`);
const { normalise, numberSkeleton } = require(`${__hooks}/lib/profiles/dedupe.js`);

/** Of 64 bits: two pictures that are the same photo. By the pigeonhole one of four bands of 16 bits is equal then. */
const MOST_DISTANCE = 3;
/** A file or a look that thousands share tells nothing, and reading all of them would keep the writer. */
const MOST_ALIKE = 200;
const MOST_OTHERS = 20;
/** Of files of all partners: so many copies of another's file nobody stores to hide one. */
const MOST_READ = 10_000;

const SAME_FILE = `SELECT DISTINCT p.id FROM (
    SELECT profile FROM documents WHERE sha256 != '' AND sha256 = {:sha256} AND state != 'staged' LIMIT ${MOST_READ}
  ) d CROSS JOIN profiles p ON p.id = d.profile
  WHERE p.partner = {:partner} AND p.id != {:id} AND p.redacted_at = '' LIMIT ${MOST_ALIKE}`;
const ALIKE = `SELECT id, document_number FROM profiles
  WHERE number_skeleton != '' AND number_skeleton = {:skeleton} AND id != {:id} LIMIT ${MOST_ALIKE}`;
const NEAR = [0, 1, 2, 3]
  .map(
    (n) =>
      `SELECT * FROM (SELECT profile, hash FROM photo_hashes WHERE partner = {:partner} AND band${n} = {:band${n}} LIMIT ${MOST_ALIKE})`,
  )
  .join(' UNION ');
const REMEMBER = `INSERT INTO photo_hashes (id, profile, partner, hash, band0, band1, band2, band3, created)
  VALUES ({:id}, {:profile}, {:partner}, {:hash}, {:band0}, {:band1}, {:band2}, {:band3}, {:now})`;

/** A runner's result together with what only the database knows: the same file, number or photo at another profile of the partner. */
function withReuse(tx, stand, { inputs }, { findings, facts, photo_hash }) {
  const hits = [...sameFiles(tx, stand, inputs), ...alikeNumbers(tx, stand), ...samePhotos(tx, stand, photo_hash)];
  const found = hits.map(({ finding }) => JSON.stringify(finding));
  const all = [...findings, ...[...new Set(found)].map((text) => JSON.parse(text))];
  const others = hits.slice(0, MOST_OTHERS).map(({ profile, finding }) => ({ profile, ...finding }));
  return { findings: all, outcome: outcomeOf(all), facts: { ...facts, others } };
}

function sameFiles(tx, { id, partner }, inputs) {
  return inputs.flatMap(({ kind, sha256 }) =>
    all(tx, SAME_FILE, { id: '' }, { sha256, partner, id }).map((row) => ({
      profile: row.id,
      finding: { code: 'same_file', kind },
    })),
  );
}

/** The skeleton belongs to a partner, so nobody else's is found. */
function alikeNumbers(tx, { id, partner, document_number }) {
  const skeleton = numberSkeleton(partner, document_number);
  const number = normalise(document_number);
  return all(tx, ALIKE, { id: '', document_number: '' }, { skeleton, id }).map((row) => {
    const code = normalise(row.document_number) === number ? 'same_number' : 'similar_number';
    return { profile: row.id, finding: { code, field: 'document_number' } };
  });
}

/** Only where the level says so and the applicant has agreed; else the hash is not even kept. */
function samePhotos(tx, stand, hash) {
  const level = levelOf(tx, stand);
  if (!hash || !level.photo_reuse || !level.consent || !isConsented(level, stand)) return [];
  const { id: profile, partner } = stand;
  const bands = Object.fromEntries(bandsOf(hash).map((band, n) => [`band${n}`, band]));
  const near = all(tx, NEAR, { profile: '', hash: '' }, { partner, ...bands });
  run(tx, 'DELETE FROM photo_hashes WHERE profile = {:profile}', { profile });
  run(tx, REMEMBER, { id: newId(), profile, partner, hash, ...bands, now: stamp(Date.now()) });
  return near
    .filter((row) => row.profile !== profile && distance(row.hash, hash) <= MOST_DISTANCE)
    .map((row) => ({ profile: row.profile, finding: { code: 'same_photo', kind: 'facial_photo' } }));
}

const bandsOf = (hash) => [0, 4, 8, 12].map((start) => Number.parseInt(hash.slice(start, start + 4), 16));

/** In how many bits two hashes differ. */
function distance(a, b) {
  const others = bandsOf(b);
  return bandsOf(a).reduce((sum, band, n) => sum + ones(band ^ others[n]), 0);
}

function ones(bits) {
  let count = 0;
  for (let rest = bits; rest > 0; rest &= rest - 1) count++;
  return count;
}

module.exports = { distance, withReuse };
