import { type Accounts, generatedDemoKey } from './settings.ts';

interface Running {
  api: string;
  pocketbase: string;
  /** Null when PocketBase is not ours to seed. */
  accounts: Accounts | null;
  settings: Record<string, string>;
}

/** Shows only secrets that `npm start` generated itself. */
export function banner({ api, pocketbase, accounts, settings }: Running): string {
  const key = generatedDemoKey(settings);
  const lines = [
    ['API', api],
    ['Docs', `${api}/docs`],
    ['Dashboard', `${api}/dashboard`],
    ...(accounts ? [['  reviewer', `${accounts.reviewer.email}  ${accounts.reviewer.password}`]] : []),
    ['PocketBase', `${pocketbase}/_/`],
    accounts
      ? ['  superuser', `${accounts.superuser.email}  ${accounts.superuser.password}`]
      : ['', 'not started here, so nothing was seeded'],
    ['Checks', accounts ? 'done here, by a runner with a key of its own' : 'wait for `npm run checker`'],
    ['API key', key ? `${key}  (partner demo)` : 'yours: export one of VALID_API_KEYS as EKYC_API_KEY'],
  ];
  const applicant = { full_name: 'Ada Example', country: 'GB', document_type: 'passport', document_number: 'X1234567' };
  return `
eKYC Edge is ready; Ctrl-C stops it.

${lines.map(([label = '', value]) => `  ${label.padEnd(13)}${value}`).join('\n')}

Create a profile of a made-up applicant:

curl -X POST ${api}/api/profiles/create \\
  -H "x-api-key: ${key ?? '$EKYC_API_KEY'}" -H "content-type: application/json" \\
  -d '${JSON.stringify(applicant)}'
`;
}
