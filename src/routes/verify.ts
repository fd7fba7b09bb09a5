import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { endpoint } from '../http/endpoint.ts';
import { pageUrl } from '../services/links.ts';
import { ID } from './paths.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Verification</title>
<h1>Verification</h1>
<p>No verification page is set up here yet. Please ask the company that sent you this link.</p>
</html>
`;

export const verify = new Hono<AppEnv>().get(
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
      200: { description: 'The built-in page', media: 'text/html' },
    },
    problems: ['not_found', 'not_configured'],
  }),
  (c) => {
    const frontend = c.var.runtime.settings.get('KYC_FRONTEND_URL');
    return frontend ? c.redirect(pageUrl(frontend, c.req.param('id')).href, 302) : c.html(PAGE);
  },
);
