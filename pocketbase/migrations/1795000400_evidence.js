/// What decisions are made on: documents, of which each version is a record, and the evidence of each decision.

migrate(
  (app) => {
    const lib = require(`${__hooks}/../migrations/lib/collections.js`);
    const { created, digest, integer, ofPartner, refuse, run, save, select, text, updated } = lib;
    const kinds = require(`${__hooks}/lib/shared/document-kinds.json`);
    const mimeTypes = [...new Set(Object.values(kinds).flatMap((kind) => kind.mimeTypes))];
    const maxSize = Math.max(...Object.values(kinds).map((kind) => kind.maxSize));
    const profile = {
      type: 'relation',
      name: 'profile',
      required: true,
      maxSelect: 1,
      collectionId: app.findCollectionByNameOrId('profiles').id,
    };

    save(app, {
      name: 'documents',
      listRule: `${ofPartner('profile.partner')} && @request.headers.x_actor_type != "applicant"`,
      viewRule: ofPartner('profile.partner'),
      fields: [
        profile,
        select('kind', Object.keys(kinds)),
        integer('version'),
        { type: 'file', name: 'file', maxSelect: 1, protected: true, maxSize, mimeTypes },
        text('filename'),
        text('content_type'),
        integer('size'),
        digest('sha256'),
        text('uploaded_by', { required: true }),
        text('uploader_id'),
        // staged while it is written, superseded when a later version replaced it, removed by a DELETE
        select('state', ['staged', 'current', 'superseded', 'removed']),
        created,
        updated,
      ],
      indexes: [
        "CREATE UNIQUE INDEX idx_documents_current ON documents (profile, kind) WHERE state = 'current'",
        "CREATE UNIQUE INDEX idx_documents_version ON documents (profile, kind, version) WHERE state != 'staged'",
        'CREATE INDEX idx_documents_profile ON documents (profile, created, id)', // all of them, for a list and an erasure
        "CREATE INDEX idx_documents_staged ON documents (created) WHERE state = 'staged'",
      ],
    });

    const facts = ['id', 'rowid', 'profile', 'kind', 'uploaded_by', 'uploader_id', 'created'];
    const described = ['file', 'filename', 'content_type', 'size', 'sha256', 'version'];
    const differs = (names) => names.map((name) => `NEW.${name} IS NOT OLD.${name}`).join(' OR ');
    const isErased = "EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile AND redacted_at != '')";
    refuse(app, 'documents', 'immutable', 'UPDATE', differs(facts), 'documents are immutable');
    refuse(
      app,
      'documents',
      'described_once',
      'UPDATE',
      `OLD.state != 'staged' AND (${differs(described)}) AND NOT ${isErased}`,
      'documents are immutable',
    );
    refuse(
      app,
      'documents',
      'one_way',
      'UPDATE',
      "NEW.state IS NOT OLD.state AND NOT ((OLD.state = 'staged' AND NEW.state = 'current') OR (OLD.state = 'current' AND NEW.state IN ('superseded', 'removed')))",
      'documents do not come back',
    );
    // A row that is born staged is in no unique index, so REPLACE reaches no other by one; neither does the update that makes it current.
    refuse(app, 'documents', 'born_staged', 'INSERT', "NEW.state IS NOT 'staged'", 'documents begin as staged');
    const same = (condition) =>
      `EXISTS (SELECT 1 FROM documents WHERE profile = NEW.profile AND kind = NEW.kind AND ${condition})`;
    refuse(
      app,
      'documents',
      'one_current',
      'UPDATE',
      `OLD.state = 'staged' AND NEW.state = 'current' AND (${same("state = 'current'")} OR ${same("state != 'staged' AND version = NEW.version")})`,
      'documents are never replaced',
    );
    // What was never more than staged goes with its file.
    refuse(app, 'documents', 'no_delete', 'DELETE', "OLD.state != 'staged'", 'documents are never deleted');
    lib.neverReplaced(app, 'documents', 'documents are never replaced');
    const { final } = require(`${__hooks}/lib/shared/status-sets.json`);
    refuse(
      app,
      'documents',
      'freeze',
      'UPDATE',
      `NEW.state IS NOT OLD.state AND EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile AND status IN (${lib.listed(final)}))`,
      'a decided profile is reopened before it is changed',
    );

    // The id is that of the history's row. Without the text and its salt, the digest in the history leads back to nobody.
    save(app, {
      name: 'evidence',
      fields: [profile, integer('version'), text('salt'), text('text', { max: 20_000 }), created],
      indexes: ['CREATE INDEX idx_evidence_profile ON evidence (profile)'],
    });
    lib.appendOnly(app, 'evidence', lib.onlyErasure(app, 'evidence', ['salt', 'text']));
    run(
      app,
      `CREATE TRIGGER status_history_evidence BEFORE INSERT ON status_history WHEN NEW.evidence_sha256 != '' AND NOT EXISTS (
        SELECT 1 FROM evidence e JOIN profiles p ON p.id = e.profile
        WHERE e.id = NEW.id AND e.profile = NEW.profile AND e.version = NEW.evidence_version AND p.evidence_version = NEW.evidence_version
      ) BEGIN SELECT RAISE(ABORT, 'a decision names the evidence that it was made on'); END`,
    );
  },
  (app) => {
    const { remove, run } = require(`${__hooks}/../migrations/lib/collections.js`);
    run(app, 'DROP TRIGGER status_history_evidence');
    remove(app, ['evidence', 'documents']);
  },
);
