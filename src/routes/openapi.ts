import { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { endpoint, TAGS } from '../http/endpoint.ts';
import { PROBLEMS } from '../lib/problem.ts';
import { VERSION } from '../lib/version.ts';
import { DOCS_HEADERS, renderDocs } from '../pages/docs/page.tsx';
import { PROBLEM_EXAMPLES } from '../schemas/problem.ts';
import { describeWebhooks } from '../webhooks/describe.ts';

const DESCRIPTION = `One API at the edge for verifying identities: send an applicant's data, get a redirect link, follow the status, supply documents, receive webhooks.

Errors are RFC 9457 problem details, \`application/problem+json\`, with a \`code\` from a closed table:

| code | status | meaning |
|---|---|---|
${Object.entries(PROBLEMS)
  .map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`)
  .join('\n')}`;

const SECURITY_SCHEMES = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A partner’s key, or an internal one' },
  bearerKey: { type: 'http', scheme: 'bearer', description: 'The same key, for clients that send no other header' },
  reviewerToken: { type: 'http', scheme: 'bearer', description: 'A reviewer’s PocketBase token' },
  applicantToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'From the fragment of `redirect_url`',
  },
} as const;

/** Builds the document from the routes. That takes long, so callers keep it, and add `servers`. */
async function describeApi(app: Hono<AppEnv>) {
  const { webhooks, schemas, parameters } = await describeWebhooks();
  const document = await generateSpecs(app, {
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'eKYC Edge',
        version: VERSION,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      webhooks,
      components: { schemas, parameters, examples: PROBLEM_EXAMPLES, securitySchemes: SECURITY_SCHEMES },
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations ?? {})) describeParameters(path, operation as Operation);
  }
  return document;
}

interface Operation {
  parameters?: { in: string; name: string; schema: { allOf?: object[] } }[];
}

/** hono-openapi knows the names of path parameters, but not their schemas. */
function describeParameters(path: string, { parameters = [] }: Operation): void {
  for (const parameter of parameters) {
    // The words stand in the parameter itself.
    if (parameter.schema.allOf) Object.assign(parameter, { schema: parameter.schema.allOf[0] });
    if (parameter.in !== 'path') continue;
    const [schema, description] = PATH_PARAMETERS[parameter.name] ?? [
      'Id',
      `Of the ${OWNERS[path.split('/')[2] ?? ''] ?? 'profile'}`,
    ];
    Object.assign(parameter, { description, schema: { $ref: `#/components/schemas/${schema}` } });
  }
}

const PATH_PARAMETERS: Record<string, [schema: string, description: string]> = {
  delivery: ['Id', 'Of the delivery'],
  slug: ['PartnerSlug', 'Of the partner'],
  kind: ['DocumentKind', 'Of the document'],
  provider: ['ProviderName', 'As levels and the setting `CHECK_CALLBACKS` name it'],
};
/** Whose `id` it is, by the path's second part; elsewhere a profile's. */
const OWNERS: Record<string, string> = { checks: 'check', keys: 'key', levels: 'level', webhooks: 'webhook' };

export function openApi(app: Hono<AppEnv>) {
  let document: Awaited<ReturnType<typeof describeApi>> | undefined;
  let page: string | undefined;
  return new Hono<AppEnv>()
    .get(
      '/openapi.json',
      endpoint({
        id: 'readOpenApi',
        tag: 'Service',
        summary: 'This document',
        description: 'For generators of clients, and for people’s tools.',
        access: 'public',
        answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
      }),
      async (c) => {
        document ??= await describeApi(app);
        // Each installation has an address of its own, and a relative one is what generated clients do not understand.
        return c.json({ ...document, servers: [{ url: new URL(c.req.url).origin }] });
      },
    )
    .get(
      '/docs',
      endpoint({
        id: 'readDocs',
        tag: 'Service',
        summary: 'This document, for people',
        description: 'One page, without scripts.',
        access: 'public',
        answers: { 200: { description: 'The page', media: 'text/html' } },
      }),
      async (c) => {
        document ??= await describeApi(app);
        page ??= renderDocs(document);
        return c.html(page, 200, DOCS_HEADERS);
      },
    );
}
