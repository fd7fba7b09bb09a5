const kinds = Object.keys(require(`${__hooks}/lib/shared/document-kinds.json`));

/** The fields that say who an applicant is. With the current documents they are what a decision is made on. */
const IDENTITY = ['full_name', 'country', 'document_type', 'document_number', 'date_of_birth'];
const HEADING = 'ekyc-edge evidence 1';

/**
 * The canonical text of what a decision is made on: a line for each field, then one for each current document in the order of the table of
 * kinds. Values are JSON texts. `docs/design.md` documents it, for those who recompute the digest.
 */
function evidenceText(stand) {
  const fields = IDENTITY.map((name) => `${name} ${JSON.stringify(stand[name])}`);
  const digests = kinds.flatMap((kind) => {
    const document = stand.documents.find((one) => one.kind === kind);
    return document ? [`${kind} ${JSON.stringify(document.sha256)}`] : [];
  });
  return [HEADING, ...fields, ...digests].map((line) => `${line}\n`).join('');
}

/** What a decision keeps: the text and a salt, which an erasure empties, and the digest of both, which stays and leads back to nobody. */
function sealEvidence(stand) {
  const salt = $security.randomString(43);
  const text = evidenceText(stand);
  return { salt, text, sha256: $security.sha256(salt + text) };
}

module.exports = { IDENTITY, sealEvidence };
