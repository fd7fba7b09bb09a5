/*
 * The documentation page, rendered here from our own OpenAPI document, without client code. Scalar, Redoc and Swagger UI weigh
 * 0.4–1 MB compressed and want inline styles or fonts from elsewhere; this page's policy allows its own stylesheet and nothing else.
 */

import { Head } from '../head.tsx';
import { type ApiDocument, type Route, routesByTag } from './model.ts';
import { Method, OperationArticle } from './operation.tsx';
import { Prose } from './schema.tsx';
import { Authentication, Problems, Schemas, Section } from './sections.tsx';

export const DOCS_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'public, max-age=300',
};

/** Takes what `describeApi` returns. */
export function renderDocs(document: object): string {
  return `<!doctype html>${<Page api={document as ApiDocument} />}`;
}

function Page({ api }: { api: ApiDocument }) {
  const { title, version, description } = api.info;
  const { overview, errors } = splitDescription(description);
  const groups = routesByTag(api);
  return (
    <html lang="en">
      <Head title={`${title} ${version}: API reference`} name="docs" />
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Navigation api={api} groups={groups} />
        <main id="main" tabindex={-1}>
          <header>
            <h1>
              {title} <span class="version">{version}</span>
            </h1>
            <Prose text={overview} />
            <p>
              This page is rendered from <a href="/openapi.json">the OpenAPI 3.1 document</a>. Its examples expect{' '}
              <code>EKYC_URL</code> and <code>EKYC_API_KEY</code> in the shell’s environment, or a <code>token</code>.
            </p>
          </header>
          <Authentication api={api} />
          <Problems text={errors} />
          {groups.map(([tag, routes]) => (
            <Section id={`tag-${tag}`} title={tag}>
              {routes.map((route) => (
                <OperationArticle api={api} route={route} />
              ))}
            </Section>
          ))}
          <Schemas api={api} />
        </main>
      </body>
    </html>
  );
}

/** The paragraph that leads to the description's table of codes, and all after it, belong to the section on errors. */
function splitDescription(description: string) {
  const blocks = description.split('\n\n');
  const table = blocks.findIndex((block) => block.startsWith('|'));
  const from = table === -1 ? blocks.length : Math.max(table - 1, 0);
  return {
    overview: blocks.slice(0, from).join('\n\n'),
    errors: blocks.filter((_, index) => index >= from && index !== table).join('\n\n'),
  };
}

function Navigation({ api, groups }: { api: ApiDocument; groups: [string, Route[]][] }) {
  return (
    <nav id="contents" aria-label="Contents">
      <details>
        <summary>Contents</summary>
        <ul>
          <li>
            <a href="#authentication">Authentication</a>
          </li>
          <li>
            <a href="#errors">Errors</a>
          </li>
          {groups.map(([tag, routes]) => (
            <li>
              <a href={`#tag-${tag}`}>{tag}</a>
              <ul>
                {routes.map(({ method, operation: { operationId, summary } }) => (
                  <li>
                    <a href={`#${operationId}`}>
                      <Method name={method} /> {summary}
                    </a>
                  </li>
                ))}
              </ul>
            </li>
          ))}
          <li>
            <a href="#schemas">Schemas</a>
            <ul>
              {Object.keys(api.components.schemas).map((name) => (
                <li>
                  <a href={`#schema-${name}`}>{name}</a>
                </li>
              ))}
            </ul>
          </li>
        </ul>
      </details>
    </nav>
  );
}
