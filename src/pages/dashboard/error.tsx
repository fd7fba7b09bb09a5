import { Document } from './layout.tsx';

interface Props {
  status: number;
  title: string;
  detail: string;
  requestId: string;
  /** The way on: to where the reviewer was, or to the login that leads there. */
  way: { href: string; label: string };
}

export function ErrorPage({ status, title, detail, requestId, way }: Props) {
  return (
    <Document title={title} class="alone" script={false}>
      <main id="main">
        <p class="brand">
          eKYC Edge <span>Review</span>
        </p>
        <h1>{title}</h1>
        {detail !== title && <p>{detail}</p>}
        <p>
          <a href={way.href}>{way.label}</a>
        </p>
        <p class="hint">
          {status} · request <code>{requestId}</code>
        </p>
      </main>
    </Document>
  );
}
