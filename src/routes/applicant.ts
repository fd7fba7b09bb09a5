import { Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { relayDocument } from '../documents/request.ts';
import { BODY_PROBLEMS, endpoint, RECORD_PROBLEMS } from '../http/endpoint.ts';
import { KIND, kindOf } from '../http/paths.ts';
import { documentBody, documentHeaders, UPLOAD_PROBLEMS } from '../http/upload.ts';
import { jsonBody, noFields } from '../http/validate.ts';
import { reportFailure } from '../middleware/report-failure.ts';
import { Document } from '../schemas/document.ts';
import { GiveConsentBody } from '../schemas/level.ts';
import { Applicant } from '../schemas/profile.ts';
import { formOf } from '../services/documents.ts';
import { findApplicant, findOpenProfile, giveConsent, submit } from '../services/profiles.ts';

/** For the applicant's browser. The token names the profile, so no path has an id. */
export const applicant = new Hono<AppEnv>()
  .get(
    '/',
    endpoint({
      id: 'readApplicant',
      tag: 'Applicant',
      summary: 'Read what is still missing',
      description: 'The status, which documents `submit` needs and takes, and the consent that it needs.',
      access: 'applicant',
      answers: { 200: { description: 'The state of the own verification', schema: Applicant } },
      problems: RECORD_PROBLEMS,
    }),
    async (c) => c.json(await findApplicant(c.get('pb'))),
  )
  .put(
    `/documents/${KIND}`,
    endpoint({
      id: 'putApplicantDocument',
      tag: 'Applicant',
      summary: 'Supply an own document, as the raw body',
      description: 'Streamed. The new one replaces the one there was.',
      access: 'applicant',
      parameters: documentHeaders,
      requestBody: documentBody,
      answers: { 200: { description: 'What was stored', schema: Document } },
      problems: [...RECORD_PROBLEMS, ...UPLOAD_PROBLEMS],
    }),
    async (c) => {
      const pb = c.get('pb');
      const { id } = c.get('caller');
      await findOpenProfile(pb, id, kindOf(c));
      return relayDocument(c.req.raw, kindOf(c), formOf(pb, id, 'documents'));
    },
  )
  .post(
    '/consent',
    endpoint({
      id: 'consentApplicant',
      tag: 'Applicant',
      summary: 'Agree to what the level asks',
      description: 'Names the version of the text that was shown, and its language. The same again changes nothing.',
      access: 'applicant',
      answers: { 200: { description: 'The consent is kept', schema: Applicant } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'profile_locked'],
    }),
    jsonBody(GiveConsentBody),
    async (c) => {
      const pb = c.get('pb');
      await giveConsent(pb, c.get('caller').id, c.req.valid('json'));
      return c.json(await findApplicant(pb));
    },
  )
  .post(
    '/submit',
    endpoint({
      id: 'submitApplicant',
      tag: 'Applicant',
      summary: 'Hand the documents in for review',
      description:
        'Needs every required document, and the consent that the level asks: 422 with a pointer per missing kind, and `/consent`. Already pending: 200, nothing changes.',
      access: 'applicant',
      answers: { 200: { description: 'The profile is pending', schema: Applicant } },
      problems: [...RECORD_PROBLEMS, ...BODY_PROBLEMS, 'illegal_transition', 'profile_locked'],
    }),
    reportFailure('status_change_failed'),
    noFields(),
    async (c) => {
      const pb = c.get('pb');
      await submit(pb, c.get('caller').id);
      return c.json(await findApplicant(pb));
    },
  );
