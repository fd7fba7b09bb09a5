/** The reviewers' dashboard: pages for people, no part of the partner API and of its document. */
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { wantsPage } from '../http/browser.ts';
import { page } from '../http/page.ts';
import { onError, onNotFound } from '../http/problem.ts';
import { ApiProblem, PROBLEMS } from '../lib/problem.ts';
import { csrfToken } from '../middleware/csrf-token.ts';
import { reviewerSession } from '../middleware/reviewer-session.ts';
import { ErrorPage } from '../pages/dashboard/login.tsx';
import { login } from './dashboard/login.tsx';
import { metrics } from './dashboard/metrics.tsx';
import { profile } from './dashboard/profile.tsx';
import { queue } from './dashboard/queue.tsx';
import { session } from './dashboard/session.ts';

export const dashboard = new Hono<AppEnv>();

dashboard.route('/login', login);
dashboard.use(reviewerSession(), csrfToken());
dashboard.route('/', session);
dashboard.route('/', queue);
dashboard.route('/profiles', profile);
dashboard.route('/metrics', metrics);

dashboard.all('*', (c) => (wantsPage(c) ? errorPage(c, new ApiProblem('not_found')) : onNotFound(c)));

dashboard.onError((error, c) => {
  const answer = onError(error, c);
  return wantsPage(c) ? errorPage(c, c.get('problem') ?? new ApiProblem('internal')) : answer;
});

function errorPage(c: Context<AppEnv>, { code, status, detail, extras }: ApiProblem) {
  const content = (
    <ErrorPage status={status} title={PROBLEMS[code].title} detail={detail} requestId={c.get('requestId')} />
  );
  return page(c, content, status, extras.headers);
}
