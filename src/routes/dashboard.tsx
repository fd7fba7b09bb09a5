/** The reviewers' dashboard: pages for people, no part of the partner API and of its document. */
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import type { AppEnv } from '../app-env.ts';
import { beginSession, endOf } from '../auth/session.ts';
import { getDocument } from '../documents/download.ts';
import { anonymousClient } from '../http/authenticate.ts';
import { readForm } from '../http/form.ts';
import { ID, KIND, kindOf } from '../http/paths.ts';
import { onError, onNotFound } from '../http/problem.ts';
import { log } from '../lib/log.ts';
import { ApiProblem, PROBLEMS } from '../lib/problem.ts';
import { limitPasswords } from '../middleware/limit-failed-auth.ts';
import {
  checkOrigin,
  csrfToken,
  endSession,
  keepSession,
  LOGIN_PATH,
  reviewerSession,
  wantsPage,
} from '../middleware/reviewer-session.ts';
import { type DecisionState, NO_DECISION } from '../pages/dashboard/decision.tsx';
import { PAGE_HEADERS, render } from '../pages/dashboard/layout.tsx';
import { ErrorPage, LoginPage } from '../pages/dashboard/login.tsx';
import { MetricsPage } from '../pages/dashboard/metrics.tsx';
import { ProfilePage, type ProfileProps } from '../pages/dashboard/profile.tsx';
import { QueuePage } from '../pages/dashboard/queue.tsx';
import { DecisionForm, FigureDays, LoginForm, NextForm, NoteForm, QueueQuery } from '../schemas/review.ts';
import { openChanges } from '../services/live-stream.ts';
import {
  claimProfile,
  logIn,
  readCase,
  readDaily,
  readQueue,
  readReviewers,
  releaseProfile,
  takeNext,
} from '../services/review.ts';
import { changeStatus, createNote } from '../services/status-history.ts';

const HOME = '/dashboard';

export const dashboard = new Hono<AppEnv>();

dashboard.get('/login', (c) => page(c, <LoginPage next={pathWithin(c.req.query('next'))} />));

dashboard.post('/login', async (c) => {
  checkOrigin(c);
  const form = await readForm(c);
  const next = pathWithin(form.next);
  const input = LoginForm.safeParse(form);
  await limitPasswords(c, String(form.email));
  const answer = input.success ? await logIn(anonymousClient(c), input.data) : null;
  log(answer ? 'info' : 'warn', 'authentication', {
    request_id: c.var.requestId,
    outcome: answer ? 'accepted' : 'refused',
    credential: 'password',
    ...(answer && { actor_type: 'reviewer', actor_id: answer.record.id }),
  });
  if (!answer) {
    const error = 'Email and password do not belong to an active reviewer.';
    return page(c, <LoginPage next={next} error={error} email={String(form.email ?? '')} />, 401);
  }
  const { token, record } = answer;
  await keepSession(c, beginSession({ id: record.id, name: record.name, token }, Date.now()));
  return c.redirect(next, 303);
});

dashboard.use(reviewerSession(), csrfToken());

dashboard.post('/logout', (c) => {
  endSession(c);
  return c.redirect(LOGIN_PATH, 303);
});

dashboard.get('/', async (c) => {
  const query = QueueQuery.parse(c.req.query());
  const queue = await readQueue(c.var.pb, query);
  const reviewers = await readReviewers(c.var.pb);
  return page(
    c,
    <QueuePage session={c.var.session} query={query} queue={queue} reviewers={reviewers} now={Date.now()} />,
  );
});

dashboard.post('/next', async (c) => {
  const id = await takeNext(c.var.pb, NextForm.parse(await readForm(c)));
  return c.redirect(id ? profilePath(id) : HOME, 303);
});

/** What a page fetches while somebody works on it, so that the session does not end under the work. */
dashboard.get('/session', (c) => c.body(null, 204));

dashboard.get('/events', async (c) => {
  const { session, runtime, pb } = c.var;
  const end = endOf(session);
  const stream = await openChanges(pb, {
    signal: c.req.raw.signal,
    sleep: (ms) => scheduler.wait(ms),
    isAllowed: async () => Date.now() < end && (await runtime.reviewers.verify(session.token, pb)) !== null,
  });
  return c.body(stream, 200, { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store' });
});

dashboard.get('/metrics', async (c) => {
  const days = FigureDays.parse(c.req.query('days'));
  return page(c, <MetricsPage session={c.var.session} days={days} figures={await readDaily(c.var.pb, days)} />);
});

dashboard.get(`/profiles/${ID}`, (c) => profilePage(c, { done: c.req.query('done') }));

dashboard.get(`/profiles/${ID}/documents/${KIND}`, (c) =>
  getDocument(c.var.pb, c.req.param('id'), kindOf(c), c.req.raw),
);

dashboard.post(`/profiles/${ID}/claim`, async (c) => {
  await claimProfile(c.var.pb, c.req.param('id'));
  return c.redirect(profilePath(c.req.param('id')), 303);
});

dashboard.post(`/profiles/${ID}/release`, async (c) => {
  await releaseProfile(c.var.pb, c.req.param('id'));
  return c.redirect(profilePath(c.req.param('id')), 303);
});

dashboard.post(`/profiles/${ID}/notes`, async (c) => {
  const form = await readForm(c);
  const input = NoteForm.safeParse(form);
  if (!input.success) {
    return profilePage(c, { noteError: { text: String(form.text ?? ''), message: 'Write 1 to 4000 characters' } }, 422);
  }
  await createNote(c.var.pb, c.req.param('id'), input.data.text);
  return c.redirect(`${profilePath(c.req.param('id'))}#notes`, 303);
});

dashboard.post(`/profiles/${ID}/decision`, async (c) => {
  const id = c.req.param('id');
  const values = textsOf(await readForm(c));
  const input = DecisionForm.safeParse(values);
  if (!input.success) return profilePage(c, { decision: { values, errors: messagesOf(input.error.issues) } }, 422);
  try {
    const { row } = await changeStatus(c.var.pb, id, { ...input.data, respect_claim: true });
    return c.redirect(`${profilePath(id)}?done=${row.id}`, 303);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 409) throw error;
    c.set('problem', error);
    log('warn', 'status_change_failed', {
      request_id: c.var.requestId,
      code: error.code,
      actor_type: 'reviewer',
      actor_id: c.var.session.id,
    });
    const isClaimed = Boolean(error.extras.members?.claimed_by);
    const expected = input.data.expected_status;
    return profilePage(c, { decision: { values, errors: {}, conflict: { expected, isClaimed } } }, 409);
  }
});

dashboard.all('*', (c) => (wantsPage(c) ? errorPage(c, new ApiProblem('not_found')) : onNotFound(c)));

dashboard.onError((error, c) => {
  const answer = onError(error, c);
  return wantsPage(c) ? errorPage(c, c.var.problem ?? new ApiProblem('internal')) : answer;
});

function errorPage(c: Context<AppEnv>, { code, status, detail, extras }: ApiProblem) {
  const content = (
    <ErrorPage status={status} title={PROBLEMS[code].title} detail={detail} requestId={c.var.requestId} />
  );
  return page(c, content, status, extras.headers);
}

const profilePath = (id: string) => `${HOME}/profiles/${id}`;

async function profilePage(c: Context<AppEnv, '/:id'>, state: Partial<ProfileProps>, status = 200) {
  const found = await readCase(c.var.pb, c.req.param('id'));
  const props = { session: c.var.session, now: Date.now(), decision: NO_DECISION as DecisionState };
  return page(c, <ProfilePage {...found} {...props} {...state} />, status);
}

function page(
  c: Context<AppEnv>,
  content: Parameters<typeof render>[0],
  status = 200,
  headers: Record<string, string> = {},
) {
  return c.html(render(content), status as 200, { ...headers, ...PAGE_HEADERS });
}

/** Only our own pages: never another site's. */
function pathWithin(next: unknown): string {
  return typeof next === 'string' && /^\/dashboard(?:[/?][\w/?=&.-]*)?$/.test(next) ? next : HOME;
}

function textsOf(form: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]));
}

function messagesOf(issues: readonly z.core.$ZodIssue[]): Record<string, string> {
  const messages: Record<string, string> = { status: 'Choose a decision' };
  return Object.fromEntries(issues.map(({ path: [name = ''], message }) => [name, messages[String(name)] ?? message]));
}
