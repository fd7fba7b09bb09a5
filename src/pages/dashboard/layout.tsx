import type { Child, PropsWithChildren } from 'hono/jsx';
import type { Session } from '../../auth/session.ts';
import { durationText } from '../../lib/duration.ts';
import type { Scope } from '../../schemas/key.ts';
import type { NextForm } from '../../schemas/review.ts';
import type { Status } from '../../schemas/status.ts';
import { Head } from '../head.tsx';
import { goTo, Help, SHOW_HELP, type Shortcut } from './help.tsx';
import { type PageId, pagesFor } from './navigation.ts';
import { STATUS_NAMES } from './words.ts';

/** Scripts, styles and documents come from this origin, none of them inline. */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  'referrer-policy': 'same-origin',
};

interface DocumentProps {
  title: string;
  class?: string;
  script?: boolean;
}

export function Document({ title, class: name, script = true, children }: PropsWithChildren<DocumentProps>) {
  return (
    <html lang="en">
      <Head title={`${title} · eKYC Edge`} name="dashboard">
        <link rel="icon" href="data:," />
        {script && <script type="module" src="/assets/dashboard.js"></script>}
      </Head>
      <body class={name}>{children}</body>
    </html>
  );
}

interface PageProps {
  title: string;
  session: Session;
  scopes: ReadonlySet<Scope>;
  current?: PageId;
  /** Where the page reads itself again when something changes. */
  live?: string;
  shortcuts?: Shortcut[];
}

export function Page({
  title,
  session,
  scopes,
  current,
  live,
  shortcuts = [],
  children,
}: PropsWithChildren<PageProps>) {
  const pages = pagesFor(scopes);
  return (
    <Document title={title}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="bar">
        <a class="brand" href="/dashboard">
          eKYC Edge <span>Review</span>
        </a>
        <nav aria-label="Dashboard">
          {pages.map(({ id, name, href, letter }) => (
            <a href={href} aria-current={id === current ? 'page' : undefined} data-key={`g ${letter}`}>
              {name}
            </a>
          ))}
        </nav>
        {live && (
          <p class="connection" data-connection data-href={live}>
            <span class="dot" aria-hidden="true"></span>
            <span data-connection-text>Connecting</span>
          </p>
        )}
        <button type="button" class="quiet help" data-help hidden aria-keyshortcuts="?" aria-haspopup="dialog">
          <kbd>?</kbd> Shortcuts
        </button>
        <form method="post" action="/dashboard/logout" class="who">
          <Csrf session={session} />
          <span class="name">{session.name}</span>
          <button type="submit" class="quiet">
            Log out
          </button>
        </form>
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <p class="visually-hidden" role="status" data-announce></p>
      <Help shortcuts={[...shortcuts, ...pages.map(goTo), SHOW_HELP]} />
    </Document>
  );
}

export function Csrf({ session }: { session: Session }) {
  return <input type="hidden" name="csrf" value={session.csrf} />;
}

/** Finding is claiming, in one step: two reviewers who ask at once get two profiles. */
export function OpenNext({ session, query, label }: { session: Session; query?: NextForm; label: string }) {
  return (
    <form method="post" action="/dashboard/next">
      <Csrf session={session} />
      {query?.partner && <input type="hidden" name="partner" value={query.partner} />}
      {query?.outcome && <input type="hidden" name="outcome" value={query.outcome} />}
      {query?.order && <input type="hidden" name="order" value={query.order} />}
      <button type="submit" class="primary" data-key="." aria-keyshortcuts="." id="next">
        {label}
      </button>
    </form>
  );
}

export function StatusPill({ status }: { status: Status }) {
  return <span class={`pill ${status}`}>{STATUS_NAMES[status]}</span>;
}

/** UTC without a script; the client puts it into the reader's own time. */
export function Time({ iso }: { iso: string }) {
  return (
    <time datetime={iso} data-local>
      {iso.slice(0, 16).replace('T', ' ')} UTC
    </time>
  );
}

export function Age({ since, now }: { since: string; now: number }) {
  return (
    <time datetime={since} data-age>
      {durationText(Math.max(0, now - Date.parse(since)))}
    </time>
  );
}

export function Notice({ tone, children }: PropsWithChildren<{ tone: 'good' | 'bad' | 'plain' }>) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** What stands in the address and narrows nothing: to leave it out silently would look like a filter. Its value may be a name, so it is not shown. */
export function Ignored({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  return (
    <Notice tone="plain">
      This page cannot filter by {names.map((name) => `“${name}”`).join(', ')} as the address asks. It shows more than
      that.
    </Notice>
  );
}

export function render(page: Child): string {
  return `<!doctype html>${page}`;
}
