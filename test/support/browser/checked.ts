/** Checks for pages to show: what a runner might report of the drawn card. */
import { BUILTIN, claimChecks, report } from '../../hooks/support/checks.ts';
import { connect } from '../../hooks/support/client.ts';
import { CONSENT, makeLevel } from '../levels.ts';
import type { DashboardSite } from './dashboard-site.ts';

/** As long as a passport's, which is the longest. */
export const ZONE = ['P<UTONGUYEN<<THI<MINH<<<<<<<<<<<<<<<<<<<<<<<', 'C123456784UTO9004305F3105118<<<<<<<<<<<<<<<8'];
/** Of the two lines on the back of the drawn card, which lies a little askew. */
const CORNERS = [
  [114, 580],
  [1174, 567],
  [1176, 703],
  [116, 716],
].map(([x, y]) => ({ x, y }));

const fact = (read: string | null, verdict: string, isSure = true) => ({ read, isSure, verdict });

/** Of a card that has expired and is another person's. What was used before PocketBase finds out by itself. */
export const MISMATCH: Record<string, object> = mismatch();

function mismatch() {
  const zone = { format: 'TD3', lines: ZONE, kind: 'document_back', corners: CORNERS, width: 1280, height: 810 };
  return {
    document_text: {
      outcome: 'fail',
      findings: [{ code: 'expired' }],
      facts: { zone, expires_on: '2021-05-11', fields: { document_type: fact('I', 'same') } },
    },
    document_match: {
      outcome: 'fail',
      findings: [
        { code: 'number_differs', field: 'document_number' },
        { code: 'name_partial', field: 'full_name' },
      ],
      facts: {
        source: 'zone',
        fields: {
          document_number: fact('C1234567', 'differs'),
          full_name: fact('NGUYEN, THI MINH', 'partial'),
          date_of_birth: fact('1990-04-30', 'not_comparable', false),
          country: fact('UTO', 'differs', false),
        },
      },
    },
    document_quality: { findings: [{ code: 'blurred', kind: 'document_front' }] },
    applicant_data: { outcome: 'attention', findings: [{ code: 'number_format', field: 'document_number' }] },
    face_match: {
      outcome: 'attention',
      findings: [{ code: 'face_differs' }],
      scores: { distance: 0.58, similarity: 0.42 },
    },
    face_liveness: { outcome: 'inconclusive', findings: [{ code: 'video_unreadable', kind: 'facial_video' }] },
  };
}

/** Enrols, supplies, consents and submits under a level with every check there is. */
export async function submitted(site: DashboardSite, name: string, fields: Record<string, unknown> = {}) {
  const kinds = ['document_front', 'document_back', 'facial_photo', 'facial_video'];
  const checks = ['document_text', 'document_match', 'document_quality', 'document_reuse', 'applicant_data'];
  const level = await makeLevel(site.worker, {
    required: { id_card: kinds },
    consent: CONSENT,
    checks: [...checks, 'face_match', 'face_liveness', 'document_authenticity'],
  });
  const applicant = await site.enrolled(name, { level: level.name, ...fields });
  const body = JSON.stringify({ version: CONSENT.version, locale: 'en' });
  const headers = { ...applicant.headers, 'content-type': 'application/json' };
  const consent = await site.worker.fetch('/api/applicant/consent', { method: 'POST', headers, body });
  if (!consent.ok) throw new Error(await consent.text());
  await site.supply(applicant.headers);
  await site.submit(applicant.headers);
  return applicant;
}

/** Does what is due of some types, or of all; `found` says what of each type, and what else passes. */
export async function runFor(site: DashboardSite, found: Record<string, object>, types = Object.keys(found)) {
  const { service } = await connect(site.pocketbase);
  const claim = () => claimChecks(service, { types, partner: 'acme', provider: BUILTIN });
  for (let items = await claim(); items.length > 0; items = await claim()) {
    for (const check of items) {
      const { status, body } = await report(service, check, found[check.type]);
      if (status !== 200) throw new Error(JSON.stringify(body));
    }
  }
}
