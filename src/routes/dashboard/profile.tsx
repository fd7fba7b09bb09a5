import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import type { AppEnv } from '../../app-env.ts';
import { getDocument, pathOfDocument } from '../../documents/download.ts';
import { readForm } from '../../http/form.ts';
import { page, profilePath, viewOf } from '../../http/page.ts';
import { ID, KIND, kindOf } from '../../http/paths.ts';
import { log } from '../../lib/log.ts';
import { ApiProblem, type ErrorCode } from '../../lib/problem.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { NO_DECISION, type ProfileProps } from '../../pages/dashboard/case/case.tsx';
import { ProfilePage } from '../../pages/dashboard/profile.tsx';
import { DownloadQuery } from '../../schemas/document.ts';
import { DecisionForm, NoteForm } from '../../schemas/review.ts';
import { checkAgain } from '../../services/checks.ts';
import { createNote } from '../../services/notes.ts';
import { claimProfile, readCase, releaseProfile } from '../../services/review.ts';
import { changeStatus } from '../../services/status-history.ts';

/** Why there is no other round of checks, in the page's words. */
const NO_ROUND: Partial<Record<ErrorCode, string>> = {
  profile_locked: 'The profile is decided: nothing is checked again.',
  rate_limited: 'The profile has had its rounds of checks for today.',
  validation_failed: 'The profile’s level asks for no checks.',
};

export const profile = new Hono<AppEnv>();

profile.get(`/${ID}`, requireScope('profiles:read'), (c) => profilePage(c, { done: c.req.query('done') }));

profile.get(`/${ID}/documents/${KIND}`, requireScope('documents:read'), (c) => {
  const query = DownloadQuery.safeParse(c.req.query());
  if (!query.success) throw new ApiProblem('not_found');
  const kind = kindOf(c);
  return getDocument(
    c.get('pb'),
    { path: pathOfDocument(c.req.param('id'), kind, query.data.version), kind },
    c.req.raw,
  );
});

profile.post(`/${ID}/claim`, requireScope('status:write'), async (c) => {
  await claimProfile(c.get('pb'), c.req.param('id'));
  return c.redirect(profilePath(c.req.param('id')), 303);
});

profile.post(`/${ID}/release`, requireScope('status:write'), async (c) => {
  await releaseProfile(c.get('pb'), c.req.param('id'));
  return c.redirect(profilePath(c.req.param('id')), 303);
});

profile.post(`/${ID}/notes`, requireScope('notes:write'), async (c) => {
  const form = await readForm(c);
  const input = NoteForm.safeParse(form);
  if (!input.success) {
    return profilePage(c, { noteError: { text: String(form.text ?? ''), message: 'Write 1 to 4000 characters' } }, 422);
  }
  await createNote(c.get('pb'), c.req.param('id'), input.data.text);
  return c.redirect(`${profilePath(c.req.param('id'))}#notes`, 303);
});

profile.post(`/${ID}/checks`, requireScope('checks:manage'), async (c) => {
  try {
    await checkAgain(c.get('pb'), c.req.param('id'));
  } catch (error) {
    const words = error instanceof ApiProblem && NO_ROUND[error.code];
    if (!words) throw error;
    return profilePage(c, { checksError: words }, error.status);
  }
  return c.redirect(`${profilePath(c.req.param('id'))}#checks`, 303);
});

profile.post(`/${ID}/decision`, requireScope('status:write'), async (c) => {
  const id = c.req.param('id');
  const values = textsOf(await readForm(c));
  const input = DecisionForm.safeParse(values);
  if (!input.success) return profilePage(c, { decision: { values, errors: messagesOf(input.error.issues) } }, 422);
  try {
    const { row } = await changeStatus(c.get('pb'), id, { ...input.data, respect_claim: true });
    return c.redirect(`${profilePath(id)}?done=${row.id}`, 303);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 409) throw error;
    c.set('problem', error);
    log('warn', 'status_change_failed', {
      request_id: c.get('requestId'),
      code: error.code,
      actor_type: 'reviewer',
      actor_id: c.get('session').id,
    });
    const conflict = { reason: reasonOf(error), expected: input.data.expected_status };
    return profilePage(c, { decision: { values, errors: {}, conflict } }, 409);
  }
});

function reasonOf({ code, extras }: ApiProblem): 'status' | 'claim' | 'evidence' {
  if (code === 'evidence_changed') return 'evidence';
  return extras.members?.claimed_by ? 'claim' : 'status';
}

/** Where the address bar stands after a refused form: to load it again leads to the page. */
profile.get(`/${ID}/:form{(?:claim|release|notes|checks|decision)}`, (c) =>
  c.redirect(profilePath(c.req.param('id')), 303),
);

async function profilePage(c: Context<AppEnv, '/:id'>, state: Partial<ProfileProps>, status = 200) {
  const found = await readCase(c.get('pb'), c.req.param('id'));
  return page(c, <ProfilePage {...found} {...viewOf(c)} decision={NO_DECISION} {...state} />, status);
}

function textsOf(form: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]));
}

function messagesOf(issues: readonly z.core.$ZodIssue[]): Record<string, string> {
  const messages: Record<string, string> = { status: 'Choose a decision' };
  return Object.fromEntries(issues.map(({ path: [name = ''], message }) => [name, messages[String(name)] ?? message]));
}
