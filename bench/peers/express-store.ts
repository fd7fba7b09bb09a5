/** What the Express peer asks of PocketBase, by the official SDK. See `express.ts` for the two ways of asking. */
import { createHmac } from 'node:crypto';
import PocketBase, { ClientResponseError, type RecordModel } from 'pocketbase';
import type { CreateProfileBody } from '../../src/schemas/profile.ts';

export interface StoreOptions {
  url: string;
  account: { collection: string; email: string; password: string };
  /** For documents, which go by the edge product's own routes in both ways. */
  service: { email: string; password: string };
  dedupeSecret: string;
  /** Asks as the edge product does: one call per operation, by PocketBase's own routes. */
  fewest: boolean;
}

export type Known = { id: string; status: string; created: boolean };

/** One client for the process: its token stays in memory, its connections stay open. */
export async function connect({ url, account, service, dedupeSecret, fewest }: StoreOptions) {
  const [pb, documents] = [new PocketBase(url), new PocketBase(url)];
  for (const client of [pb, documents]) {
    client.autoCancellation(false);
    client.beforeSend = (sent, options) => ({
      url: sent,
      options: { ...options, headers: { ...options.headers, 'x-partner': '*', 'x-actor-type': 'service' } },
    });
  }
  const logIn = async () => {
    await pb.collection(account.collection).authWithPassword(account.email, account.password);
    await documents.collection('services').authWithPassword(service.email, service.password);
  };
  await logIn();
  const profiles = pb.collection('profiles');
  const history = pb.collection('status_history');
  const ensureToken = async () => {
    if (!pb.authStore.isValid) await logIn();
  };

  const findKnown = (partner: string, body: CreateProfileBody): Promise<RecordModel | null> => {
    const filter = `dedupe_key != '' && dedupe_key = '${recognitionKey(partner, body, dedupeSecret)}'`;
    return profiles.getFirstListItem(filter).catch(unlessStatus(404, null));
  };

  return {
    ensureToken,

    async find(id: string): Promise<{ profile: RecordModel; latest: RecordModel }> {
      if (fewest) {
        const profile: RecordModel = await pb.send(`/api/edge/profiles/${id}`, { method: 'GET' });
        return { profile, latest: profile.expand?.latest_status as RecordModel };
      }
      const newest = history.getFirstListItem(pb.filter('profile = {:id}', { id }), { sort: '-seq' });
      const [profile, latest] = await Promise.all([profiles.getOne(id), newest]);
      return { profile, latest };
    },

    list(partner: string, limit: number, fields: string) {
      const filter = pb.filter("partner = {:partner} && redacted_at = ''", { partner });
      return profiles.getList(1, limit, { filter, fields, sort: '-created,-id', skipTotal: true });
    },

    async create(partner: string, body: CreateProfileBody): Promise<Known> {
      if (fewest) return pb.send('/api/edge/profiles', { method: 'POST', body: { ...body, partner } });
      const known = await findKnown(partner, body);
      if (known) return { id: known.id, status: known.status, created: false };
      try {
        const { id, status } = await profiles.create({ ...body, partner });
        return { id, status, created: true };
      } catch (error) {
        // Somebody else was faster: the unique index tells.
        const other = await unlessStatus(409, findKnown(partner, body))(error);
        if (!other) throw error;
        return { id: other.id, status: other.status, created: false };
      }
    },

    async changeStatus(id: string, status: string): Promise<RecordModel> {
      if (fewest) {
        const { row } = await pb.send(`/api/edge/profiles/${id}/status`, { method: 'POST', body: { to: status } });
        return row;
      }
      const profile = await profiles.update(id, { status }, { expand: 'latest_status' });
      return profile.expand?.latest_status as RecordModel;
    },

    update(id: string, fields: Record<string, unknown>, files: Record<string, File>): Promise<RecordModel> {
      const form = new FormData();
      for (const [kind, file] of Object.entries(files)) {
        const facts = { filename: file.name, content_type: file.type, size: file.size, sha256: '0'.repeat(64) };
        form.append(kind, file);
        form.append(`${kind}_meta`, JSON.stringify(facts));
      }
      form.append('@jsonPayload', JSON.stringify(fields));
      return documents.send(`/api/edge/profiles/${id}/form`, { method: 'POST', body: form });
    },

    /** An open response. */
    download(id: string, kind: string, signal: AbortSignal): Promise<Response> {
      const headers = { authorization: documents.authStore.token, 'x-partner': '*', 'x-actor-type': 'service' };
      return fetch(`${url}/api/edge/profiles/${id}/documents/${kind}`, { headers, signal });
    },
  };
}

export type Store = Awaited<ReturnType<typeof connect>>;

function unlessStatus<T>(status: number, otherwise: T) {
  return (error: unknown): T => {
    if (error instanceof ClientResponseError && error.status === status) return otherwise;
    throw error;
  };
}

/** As PocketBase's hook computes it, so that the lookup has an index: without it Express would walk all profiles. */
function recognitionKey(partner: string, body: CreateProfileBody, secret: string): string {
  const number = body.document_number
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  const parts = [partner, body.country, body.document_type, number];
  return createHmac('sha256', secret)
    .update(parts.map((part) => `${part.length}:${part}`).join(''))
    .digest('hex');
}
