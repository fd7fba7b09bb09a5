import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { acceptsHtml } from '../http/browser.ts';
import { endpoint } from '../http/endpoint.ts';
import { ID } from '../http/paths.ts';
import { acceptedLanguage } from '../pages/applicant/accepted-language.ts';
import { renderVerify } from '../pages/applicant/page.tsx';
import { pageUrl } from '../services/links.ts';

export const verify = new Hono<AppEnv>();

verify.get(
  `/${ID}`,
  endpoint({
    id: 'openVerification',
    tag: 'Applicant',
    summary: 'Open the hosted verification page',
    description:
      'The browser carries the token in the fragment across the redirect, so a link without a configured frontend keeps working once one is.',
    access: 'public',
    answers: {
      302: { description: 'To the hosted frontend' },
      200: { description: 'The built-in page, in a language by `Accept-Language`', media: 'text/html' },
    },
    problems: ['not_found', 'not_configured'],
  }),
  (c) => {
    const frontend = c.get('runtime').settings.get('KYC_FRONTEND_URL');
    if (frontend) return c.redirect(pageUrl(frontend, c.req.param('id')).href, 302);
    return builtInPage(c, 200);
  },
);

/** A person whose link is cut off or mistyped gets a page that says what to do. A program gets the problem document. */
verify.use(async function brokenLink(c, next) {
  const isPerson = c.req.method === 'GET' && acceptsHtml(c);
  if (!isPerson || c.get('runtime').settings.get('KYC_FRONTEND_URL')) return next();
  return builtInPage(c, 404);
});

function builtInPage(c: Context<AppEnv>, status: 200 | 404): Response | Promise<Response> {
  const { html, headers } = renderVerify(acceptedLanguage(c));
  return c.html(html, status, headers);
}
