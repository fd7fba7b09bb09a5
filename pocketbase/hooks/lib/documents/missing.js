const { all } = require(`${__hooks}/lib/base/sql.js`);
const documentTypes = require(`${__hooks}/lib/shared/document-types.json`);
const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

// A kind that was asked for again needs a file that was written since, of other bytes than any version before it.
const ANSWERED = `SELECT kind FROM documents d WHERE profile = {:profile} AND state = 'current'
  AND created > (SELECT created FROM status_history WHERE profile = {:profile} AND "to" = 'resubmission_requested' ORDER BY seq DESC LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM documents WHERE profile = d.profile AND kind = d.kind AND version < d.version AND sha256 = d.sha256)`;

/**
 * The kinds that a submit still needs, in the order of the table.
 * @param current kinds of which there is a current document
 * @param asked kinds that a resubmission has asked for
 * @param answered those of `asked` that have their new file
 */
function missingKinds({ document_type, current = [], asked = [], answered = [] }) {
  const required = documentTypes[document_type]?.required ?? [];
  return kinds.filter((kind) => {
    if (asked.includes(kind)) return !answered.includes(kind);
    return required.includes(kind) && !current.includes(kind);
  });
}

/** Kinds that were asked for and supplied, as the documents stand. */
function answeredKinds(app, stand) {
  if (stand.asked.length === 0) return [];
  return all(app, ANSWERED, { kind: '' }, { profile: stand.id }).map((row) => row.kind);
}

module.exports = { answeredKinds, missingKinds };
