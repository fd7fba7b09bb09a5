import type { PropsWithChildren } from 'hono/jsx';
import { sizeText } from '../../../lib/size.ts';
import type { ReviewedProfile } from '../../../pocketbase/records/profiles.ts';
import { DOCUMENT_KINDS, type Document, type DocumentKind } from '../../../schemas/document.ts';
import { KIND_NAMES } from '../words.ts';

/** The face beside the portrait on the front, as these two are compared. */
const COMPARED: readonly DocumentKind[] = ['document_front', 'facial_photo'];
const IN_ORDER = [...COMPARED, ...DOCUMENT_KINDS.filter((kind) => !COMPARED.includes(kind))];

/** `children` stand below the two that are compared. */
export function Documents({ record, children }: PropsWithChildren<{ record: ReviewedProfile }>) {
  const kinds = IN_ORDER.filter((kind) => record.documents[kind] || record.missing.includes(kind));
  const sheets = kinds.map((kind, index) => ({ kind, letter: String(index + 1) }));
  return (
    <section class="documents" aria-labelledby="documents-title" id="documents">
      <h2 id="documents-title" class="visually-hidden">
        Documents
      </h2>
      <Sheets record={record} name="compared" sheets={sheets.filter(({ kind }) => COMPARED.includes(kind))} />
      {children}
      <Sheets record={record} name="documents" sheets={sheets.filter(({ kind }) => !COMPARED.includes(kind))} />
    </section>
  );
}

interface SheetsProps {
  record: ReviewedProfile;
  name: string;
  sheets: Pick<SheetProps, 'kind' | 'letter'>[];
}

function Sheets({ record: { id, documents }, name, sheets }: SheetsProps) {
  const version = sheets.map(({ kind }) => `${kind}${documents[kind]?.version ?? 0}`).join();
  return (
    <div class="sheets" data-live={name} data-version={version}>
      {sheets.map(({ kind, letter }) => (
        <Sheet id={id} kind={kind} document={documents[kind]} letter={letter} />
      ))}
    </div>
  );
}

interface SheetProps {
  id: string;
  kind: DocumentKind;
  document: Document | null;
  letter: string;
}

function Sheet({ id, kind, document, letter }: SheetProps) {
  const title = KIND_NAMES[kind];
  if (!document) {
    return (
      <figure class="sheet missing">
        <figcaption>{title}</figcaption>
        <p>Not supplied</p>
      </figure>
    );
  }
  const src = `/dashboard/profiles/${id}/documents/${kind}?version=${document.version}`;
  const type = document.content_type ?? '';
  return (
    <figure class="sheet" data-sheet={kind}>
      <figcaption>
        <span>
          {title}{' '}
          <span class="key" aria-hidden="true">
            {letter}
          </span>
        </span>
        <span class="hint">
          {type.replace(/^\w+\//, '')} {sizeText(document.size)}
        </span>
      </figcaption>
      {type.startsWith('image/') && <Picture src={src} title={title} letter={letter} />}
      {type.startsWith('video/') && (
        // biome-ignore lint/a11y/useMediaCaption: an applicant's own recording has none
        <video controls playsinline preload="metadata" src={src} aria-label={title} data-key={letter}></video>
      )}
      {type.startsWith('video/') && (
        <p class="film">
          <span data-unplayable hidden>
            This browser cannot play it. Download it and play it with another program.
          </span>
          <a class="button quiet" href={src} download>
            Download<span class="visually-hidden"> {title}</span>
          </a>
        </p>
      )}
      {!/^(image|video)\//.test(type) && (
        <p class="file">
          <a class="button" href={src} download data-key={letter}>
            Download {type === 'application/pdf' ? 'the PDF' : 'the file'}
          </a>
          <span class="hint">A PDF may hold scripts, so it never opens here.</span>
        </p>
      )}
    </figure>
  );
}

/** Without a script the picture just fits; the tools come with the script. */
function Picture({ src, title, letter }: { src: string; title: string; letter: string }) {
  const tools: [string, string, string][] = [
    ['out', '−', 'Reduce'],
    ['in', '+', 'Enlarge'],
    ['fit', 'Fit', 'Fit'],
    ['turn', 'Turn', 'Turn'],
    ['large', 'Large', 'Large'],
  ];
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: nothing is filled in here, and a landmark would be one too many */}
      <div class="view" tabindex={0} role="group" aria-label={`${title}, picture`} data-view data-key={letter}>
        <div class="canvas" data-canvas>
          <img src={src} alt={title} data-picture />
        </div>
      </div>
      <fieldset class="tools" aria-label={`${title}, tools`} data-tools hidden>
        {tools.map(([tool, text, name]) => (
          <button
            type="button"
            class="quiet"
            data-tool={tool}
            aria-label={text === name ? undefined : name}
            aria-pressed={tool === 'large' ? 'false' : undefined}
          >
            {text}
          </button>
        ))}
        <output class="zoom" data-zoom>
          100 %
        </output>
        <a class="button quiet" href={src} target="_blank" rel="noopener">
          Original<span class="visually-hidden"> of {title}, new tab</span>
        </a>
      </fieldset>
    </>
  );
}
