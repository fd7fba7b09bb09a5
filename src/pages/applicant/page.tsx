/*
 * The applicant page as the server sends it: its first screen, readable before any script has run. The token stands in the fragment,
 * which never reaches a server, so nothing here is about a profile; `client/verify.ts` takes it from here.
 */
import { Head } from '../head.tsx';
import type { Language } from './languages.ts';
import { OPENING } from './text/by-language.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function renderVerify(language: Language): { html: string; headers: Record<string, string> } {
  return {
    html: `<!doctype html>${<Page language={language} />}`,
    headers: {
      'content-security-policy': POLICY,
      'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
      'content-language': language,
      vary: 'accept-language',
    },
  };
}

function Page({ language }: { language: Language }) {
  const text = OPENING[language];
  return (
    <html lang={language}>
      <Head title={text.title} name="verify">
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <script type="module" src="/assets/verify.js" />
      </Head>
      <body>
        <header class="top" id="top" />
        <div class="layout">
          <nav class="steps" id="steps" hidden />
          <main id="main">
            <h1 tabindex={-1}>{text.title}</h1>
            <p class="lead">{text.lead}</p>
            <ul class="tips">
              {text.needs.map((need) => (
                <li>{need}</li>
              ))}
            </ul>
            <div class="main-action needs-script">
              <button type="button" class="primary" disabled>
                {text.begin}
              </button>
            </div>
            <p class="notice without-script">{text.noScript}</p>
            <p class="fine">{text.privacy}</p>
          </main>
        </div>
        <p class="unseen" id="polite" role="status" />
      </body>
    </html>
  );
}
