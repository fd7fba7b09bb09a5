import { sizeText } from '../../lib/size.ts';
import type { ReviewedProfile } from '../../pocketbase/records/profiles.ts';
import { DOCUMENT_KINDS, type Document, type DocumentKind } from '../../schemas/document.ts';
import { KIND_NAMES } from './words.ts';

/** The face beside the portrait on the front, as these two are compared. */
const COMPARED: readonly DocumentKind[] = ['document_front', 'facial_photo'];
const IN_ORDER = [...COMPARED, ...DOCUMENT_KINDS.filter((kind) => !COMPARED.includes(kind))];

export function Documents({ record }: { record: ReviewedProfile }) {
  const kinds = IN_ORDER.filter((kind) => record.documents[kind] || record.missing.includes(kind));
  return (
    <section class="documents" aria-labelledby="documents-title" id="documents">
      <h2 id="documents-title" class="visually-hidden">
        Documents
      </h2>
      <div
        class="sheets"
        data-live="documents"
        data-version={kinds.map((kind) => record.documents[kind]?.version ?? 0).join()}
      >
        {kinds.map((kind, index) => (
          <Sheet id={record.id} kind={kind} document={record.documents[kind]} letter={String(index + 1)} />
        ))}
      </div>
    </section>
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
