import { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { endpoint } from '../http/endpoint.ts';
import { PROBLEMS } from '../lib/problem.ts';
import { VERSION } from '../lib/version.ts';
import { DOCS_HEADERS, renderDocs } from '../pages/docs/page.tsx';
import { Id, PartnerSlug } from '../schemas/common.ts';

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

/** Builds the document from the routes. That takes long, so callers keep it. */
export async function describeApi(app: Hono<AppEnv>) {
  const document = await generateSpecs(app, {
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'eKYC Edge',
        version: VERSION,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path ?? {}))) {
    for (const parameter of (operation as { parameters?: PathParameter[] }).parameters ?? []) {
      if (parameter.in === 'path')
        Object.assign(parameter, { schema: PATH_PARAMETERS[parameter.name] ?? parameter.schema });
    }
  }
  return document;
}

interface PathParameter {
  in: string;
  name: string;
  schema: object;
}

function schemaOf(type: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type);
  return schema;
}

/** hono-openapi knows the names of path parameters, but not their schemas. */
const PATH_PARAMETERS: Record<string, object> = {
  id: schemaOf(Id),
  delivery: schemaOf(Id),
  slug: schemaOf(PartnerSlug),
  kind: { $ref: '#/components/schemas/DocumentKind' },
};

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
        access: 'public',
        answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
      }),
      async (c) => {
        document ??= await describeApi(app);
        return c.json(document);
      },
    )
    .get(
      '/docs',
      endpoint({
        id: 'readDocs',
        tag: 'Service',
        summary: 'This document, for people',
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
