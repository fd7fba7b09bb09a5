/** The reviewers' dashboard: pages for people, no part of the partner API and of its document. */
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { wantsPage } from '../http/browser.ts';
import { HOME, page } from '../http/page.ts';
import { onError, onNotFound } from '../http/problem.ts';
import { ApiProblem, type ErrorCode, PROBLEMS } from '../lib/problem.ts';
import { csrfToken } from '../middleware/csrf-token.ts';
import { LOGIN_PATH, reviewerSession } from '../middleware/reviewer-session.ts';
import { ErrorPage } from '../pages/dashboard/error.tsx';
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
    <ErrorPage
      status={status}
      title={PROBLEMS[code].title}
      detail={detail}
      requestId={c.get('requestId')}
      way={wayOn(c.req.path, code)}
    />
  );
  return page(c, content, status, extras.headers);
}

/** A form that was refused leads back to its page, where the words are still to be found; what is not there leads to the queue. */
function wayOn(path: string, code: ErrorCode) {
  const [profile] = /^\/dashboard\/profiles\/[a-z0-9]{15}(?=\/)/.exec(path) ?? [];
  const back = profile ?? HOME;
  if (code === 'unauthenticated') {
    return { href: `${LOGIN_PATH}?${new URLSearchParams({ next: back })}`, label: 'Log in; what you wrote is kept' };
  }
  return { href: back, label: profile ? 'Back to the profile; what you wrote is kept' : 'Back to the queue' };
}
