import PocketBase, { ClientResponseError } from 'pocketbase';
import type { Account, Accounts } from './settings.ts';

/** Makes the demo partner and reviewer if absent; the reviewer's password ends up as given. */
export async function seed(url: string, { superuser, reviewer }: Accounts): Promise<void> {
  const client = new PocketBase(url);
  await client.collection('_superusers').authWithPassword(superuser.email, superuser.password);
  await createOnce(client, 'partners', { slug: 'demo', name: 'Demo partner', active: true });
  const account = {
    ...reviewer,
    passwordConfirm: reviewer.password,
    name: 'Demo reviewer',
    active: true,
    verified: true,
  };
  const created = await createOnce(client, 'reviewers', account);
  // Setting the same password again would end the reviewer's sessions.
  if (created || (await canLogIn(url, reviewer))) return;
  const { id } = await client.collection('reviewers').getFirstListItem(client.filter('email = {:email}', reviewer));
  await client.collection('reviewers').update(id, account);
}

async function createOnce(client: PocketBase, collection: string, record: object): Promise<boolean> {
  try {
    await client.collection(collection).create(record);
    return true;
  } catch (error) {
    if (!(error instanceof ClientResponseError)) throw error;
    const codes = Object.values(error.response.data ?? {}).map((field) => (field as { code?: string }).code);
    if (codes.length === 1 && codes[0] === 'validation_not_unique') return false;
    throw error;
  }
}

async function canLogIn(url: string, { email, password }: Account): Promise<boolean> {
  const attempt = new PocketBase(url).collection('reviewers').authWithPassword(email, password);
  return attempt.then(
    () => true,
    () => false,
  );
}
