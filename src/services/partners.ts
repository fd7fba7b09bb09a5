import type { Caller } from '../auth/caller.ts';
import { ApiProblem } from '../lib/problem.ts';
import { SYSTEM } from '../pocketbase/actor.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { where } from '../pocketbase/filter.ts';
import { listNewestFirst } from '../pocketbase/lists.ts';
import { listOf } from '../pocketbase/records/common.ts';
import { PartnerRow } from '../pocketbase/records/partners.ts';
import type { PageQuery } from '../schemas/common.ts';
import type { CreatePartnerBody, Partner, UpdatePartnerBody } from '../schemas/partner.ts';

const RECORDS = '/api/collections/partners/records';
const Rows = listOf(PartnerRow);

/** @throws ApiProblem `validation_failed` (the slug is taken) */
export async function createPartner(pb: PocketBaseClient, caller: Caller, body: CreatePartnerBody): Promise<Partner> {
  checkReach(caller, body.slug);
  const row = await everywhere(pb, caller).call(PartnerRow, RECORDS, {
    method: 'POST',
    body: { active: true, ...forPocketBase(body) },
  });
  return presentPartner(row);
}

/** A partner of the settings gets its record with its first profile or its first managed key. */
export async function ensurePartner(pb: PocketBaseClient, slug: string): Promise<void> {
  try {
    await find(pb.as(SYSTEM), slug);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
    await pb.as(SYSTEM).call(PartnerRow, RECORDS, { method: 'POST', body: { slug, name: slug, active: true } });
  }
}

/** @throws ApiProblem `not_found` */
export async function findPartner(pb: PocketBaseClient, slug: string): Promise<Partner> {
  return presentPartner(await find(pb, slug));
}

/** @throws ApiProblem `not_found` */
export async function updatePartner(
  pb: PocketBaseClient,
  caller: Caller,
  slug: string,
  body: UpdatePartnerBody,
): Promise<Partner> {
  const { id } = await find(pb, slug);
  const row = await everywhere(pb, caller).call(PartnerRow, `${RECORDS}/${id}`, {
    method: 'PATCH',
    body: forPocketBase(body),
  });
  return presentPartner(row);
}

export async function listPartners(pb: PocketBaseClient, caller: Caller, query: PageQuery) {
  const { items, next_cursor } = await listNewestFirst(pb, 'partners', PartnerRow, query, {
    conditions: [['slug', '=', caller.partner]],
  });
  return { items: items.map(presentPartner), next_cursor };
}

async function find(pb: PocketBaseClient, slug: string): Promise<PartnerRow> {
  const query = { filter: where([['slug', '=', slug]]), perPage: '1', skipTotal: '1' };
  const [row] = (await pb.call(Rows, RECORDS, { query })).items;
  if (!row) throw new ApiProblem('not_found');
  return row;
}

/** An internal key that named a partner is bound to it. PocketBase cannot check that: it takes partners from `everywhere` only. */
function checkReach({ partner }: Caller, slug: string): void {
  if (partner !== null && partner !== slug) throw new ApiProblem('forbidden', 'x-partner names another partner');
}

/** The caller as an actor for all partners: PocketBase lets no other write a partner. */
function everywhere(pb: PocketBaseClient, caller: Caller): PocketBaseClient {
  return pb.as({ ...caller, partner: null });
}

/** PocketBase has no null for text and numbers. */
function forPocketBase<T extends object>(body: T): Record<string, unknown> {
  const empty: Record<string, unknown> = { frontend_url: '', retention_days: 0, expire_after_days: 0 };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, value ?? empty[name]]));
}

function presentPartner({ id: _, ...row }: PartnerRow): Partner {
  return row;
}
