import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { BODY_PROBLEMS, endpoint } from '../http/endpoint.ts';
import { SLUG } from '../http/paths.ts';
import { afterRecord, jsonBody, query } from '../http/validate.ts';
import { invalidField } from '../lib/validation-problem.ts';
import { PageQuery } from '../schemas/common.ts';
import { CreatePartnerBody, Partner, Partners, UpdatePartnerBody } from '../schemas/partner.ts';
import { createPartner, findPartner, listPartners, updatePartner } from '../services/partners.ts';

export const partners = new Hono<AppEnv>()
  .post(
    '/',
    endpoint({
      id: 'createPartner',
      tag: 'Operations',
      summary: 'Add a partner',
      access: 'partners:manage',
      answers: { 201: { description: 'The partner', schema: Partner } },
      problems: BODY_PROBLEMS,
    }),
    jsonBody(CreatePartnerBody),
    async (c) => {
      const body = c.req.valid('json');
      checkFrontend(c, body.frontend_url);
      const partner = await createPartner(c.get('pb'), c.get('caller'), body);
      c.get('runtime').partners.forget();
      return c.json(partner, 201);
    },
  )
  .get(
    '/',
    endpoint({
      id: 'listPartners',
      tag: 'Operations',
      summary: 'List partners, newest first',
      access: 'partners:manage',
      answers: { 200: { description: 'A page of partners', schema: Partners } },
      problems: ['validation_failed'],
    }),
    query(PageQuery),
    async (c) => c.json(await listPartners(c.get('pb'), c.get('caller'), c.req.valid('query'))),
  )
  .get(
    `/${SLUG}`,
    endpoint({
      id: 'readPartner',
      tag: 'Operations',
      summary: 'Read a partner',
      access: 'partners:manage',
      answers: { 200: { description: 'The partner', schema: Partner } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await findPartner(c.get('pb'), c.req.param('slug'))),
  )
  .patch(
    `/${SLUG}`,
    endpoint({
      id: 'updatePartner',
      tag: 'Operations',
      summary: 'Change a partner, or shut it out',
      description:
        'With `active: false` every key of the partner stops within a minute; so do its applicants’ links. Its deliveries are held until it is active again.',
      access: 'partners:manage',
      record: findPartner,
      answers: { 200: { description: 'The partner as it is now', schema: Partner } },
      problems: [...BODY_PROBLEMS, 'not_found'],
    }),
    jsonBody(UpdatePartnerBody),
    async (c) => {
      const body = c.req.valid('json');
      await afterRecord(c, () => checkFrontend(c, body.frontend_url));
      const partner = await updatePartner(c.get('pb'), c.get('caller'), c.req.param('slug'), body);
      c.get('runtime').partners.forget();
      return c.json(partner);
    },
  );

/** The applicant's link leads to this page with the token, so the page needs https. */
function checkFrontend(c: Context<AppEnv>, url: string | null | undefined): void {
  if (!url?.startsWith('http:') || c.get('runtime').settings.get('DEPLOYMENT') === 'development') return;
  throw invalidField('/frontend_url', 'Needs https');
}
