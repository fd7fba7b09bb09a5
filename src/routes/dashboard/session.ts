import { Hono } from 'hono';
import type { AppEnv } from '../../app-env.ts';
import { endOf } from '../../auth/session.ts';
import { HOME } from '../../http/page.ts';
import { endSession } from '../../http/session-cookie.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { LOGIN_PATH } from '../../middleware/reviewer-session.ts';
import { openLiveStream } from '../../services/live-stream.ts';
import { logOut } from '../../services/review.ts';

export const session = new Hono<AppEnv>();

session.post('/logout', async (c) => {
  endSession(c);
  await logOut(c.get('pb'), c.get('caller').id);
  await c.get('runtime').reviewers.forget(c.get('session').token);
  return c.redirect(LOGIN_PATH, 303);
});

session.get('/:form{(?:logout|next)}', (c) => c.redirect(HOME, 303));

/** What a page fetches while somebody works on it, so that the session does not end under the work. */
session.get('/session', (c) => c.body(null, 204));

session.get('/events', requireScope('profiles:read'), async (c) => {
  const [{ reviewers, changes }, pb, current] = [c.get('runtime'), c.get('pb'), c.get('session')];
  const end = endOf(current);
  const stream = await openLiveStream(pb, changes, {
    now: Date.now,
    random: Math.random,
    sleep: (ms) => scheduler.wait(ms),
    isAllowed: async () => Date.now() < end && (await reviewers.verify(current.token, pb)) !== null,
  });
  return c.body(stream, 200, { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store' });
});
