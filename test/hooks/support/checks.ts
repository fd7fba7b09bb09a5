import { randomUUID } from 'node:crypto';
import type { ClaimedCheck } from './answers.ts';
import { asApplicant, enrol, type Request, submit, upload } from './client.ts';
import { photo } from './photo.ts';

export const TYPES = ['document_text', 'document_match', 'document_quality', 'document_reuse', 'applicant_data'];
export const BUILTIN = { name: 'builtin', version: '1.0.0' };

/** The settings' key of a runner: it may do all, and what it holds is its own. */
export const asRunner = (name = 'runner') => ({
  'x-actor-type': 'service',
  'x-actor-id': name,
  'x-credential-id': `settings:${name}`,
});

/** A profile that was just submitted with both documents of a passport. */
export async function submitted(service: Request, fields: Record<string, unknown> = {}): Promise<string> {
  const id = await enrol(service, fields);
  for (const kind of ['document_front', 'facial_photo'])
    await upload(service, id, photo(kind, sizeOf()), asApplicant(id));
  await submit(service, id, asApplicant(id));
  return id;
}

/** Pictures of different people are different files. */
let size = 1_000;
const sizeOf = () => size++;

/** What is due of the partner's, or of all. */
export async function claimChecks(
  service: Request,
  { types = TYPES, limit = 5, lease_seconds = 60, provider = BUILTIN, runner = 'runner', partner = '*' } = {},
): Promise<ClaimedCheck[]> {
  const headers = { ...asRunner(runner), 'x-partner': partner };
  const answer = await service('POST', '/api/edge/checks/claim', { provider, types, limit, lease_seconds }, headers);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.items;
}

export const resultOf = (check: { attempt: number }, fields: object = {}) => ({
  attempt: check.attempt,
  outcome: 'pass',
  findings: [],
  scores: {},
  facts: {},
  provider: { ...BUILTIN, models: {} },
  ...fields,
});

export const report = (
  service: Request,
  check: { id: string; attempt: number },
  fields: object = {},
  runner = 'runner',
) => service('POST', `/api/edge/checks/${check.id}/result`, resultOf(check, fields), asRunner(runner));

/** Does all that is due for the partner; `found` says what of each type. */
export async function runChecks(service: Request, partner: string, found: Record<string, object> = {}): Promise<void> {
  for (
    let items = await claimChecks(service, { partner });
    items.length > 0;
    items = await claimChecks(service, { partner })
  ) {
    for (const check of items) {
      const answer = await report(service, check, found[check.type]);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    }
  }
}

export const checksOf = async (service: Request, id: string) =>
  (await service('GET', `/api/collections/checks/records?sort=@rowid&perPage=500&filter=profile='${id}'`)).body.items;

export const slugOf = () => `p-${randomUUID().slice(0, 8)}`;
