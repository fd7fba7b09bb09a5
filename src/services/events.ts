import { ApiProblem } from '../lib/problem.ts';
import { invalidField } from '../lib/validation-problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { listOf } from '../pocketbase/records/common.ts';
import { EventRow } from '../pocketbase/records/events.ts';
import { ID_PATTERN } from '../schemas/common.ts';
import type { Event, EventsQuery } from '../schemas/event.ts';

const RECORDS = '/api/collections/events/records';

/**
 * The one partner's events that follow `after`, in the order in which they happened.
 * @throws ApiProblem `validation_failed` for an event that is unknown or another partner's
 */
export async function listEvents(pb: PocketBaseClient, partner: string, { after, limit }: EventsQuery) {
  const sequence = after === undefined ? 0 : await sequenceOf(pb, after);
  const { items } = await pb.call(listOf(EventRow), RECORDS, {
    // PocketBase's rule names the partner too, but in a way that no index serves.
    query: {
      filter: `partner = ${JSON.stringify(partner)} && sequence > ${sequence}`,
      sort: 'sequence',
      perPage: String(limit + 1),
      skipTotal: '1',
    },
  });
  const shown = items.slice(0, limit);
  return { items: shown.map(presentEvent), next_cursor: items.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

async function sequenceOf(pb: PocketBaseClient, id: string): Promise<number> {
  try {
    if (!ID_PATTERN.test(id)) throw new ApiProblem('not_found');
    return (await pb.call(EventRow, `${RECORDS}/${id}`)).sequence;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
    throw invalidField('/after', 'There is no such event');
  }
}

/** The one form of an event, in the feed and in a delivery. A test has no `sequence`. */
export function presentEvent<S extends number | null>(row: Omit<EventRow, 'sequence'> & { sequence: S }) {
  const { id, type, sequence, created, data } = row;
  return { id, type, sequence, created, data: data as Event['data'] };
}
