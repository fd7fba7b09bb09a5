const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

/**
 * The kinds that a submit still needs, in the order of the table.
 * @param required kinds that the level asks for
 * @param current kinds of which there is a current document
 * @param asked kinds that a resubmission has asked for
 * @param answered those of `asked` that have their new file
 */
function missingKinds({ required, current = [], asked = [], answered = [] }) {
  return kinds.filter((kind) => {
    if (asked.includes(kind)) return !answered.includes(kind);
    return required.includes(kind) && !current.includes(kind);
  });
}

/** Kinds that were asked for and supplied since: each act that asks or supplies has written what is missing after it. */
const answeredKinds = ({ asked, missing }) => asked.filter((kind) => !missing.includes(kind));

module.exports = { answeredKinds, missingKinds };
