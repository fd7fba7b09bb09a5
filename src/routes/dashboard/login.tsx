import { Hono } from 'hono';
import type { AppEnv } from '../../app-env.ts';
import { beginSession } from '../../auth/session.ts';
import { anonymousClient } from '../../http/authenticate.ts';
import { checkOrigin } from '../../http/browser.ts';
import { readForm } from '../../http/form.ts';
import { HOME, page } from '../../http/page.ts';
import { limitPasswords } from '../../http/rate-limit.ts';
import { keepSession } from '../../http/session-cookie.ts';
import { log } from '../../lib/log.ts';
import { LoginPage } from '../../pages/dashboard/login.tsx';
import { LoginForm } from '../../schemas/review.ts';
import { logIn } from '../../services/review.ts';

export const login = new Hono<AppEnv>();

login.get('/', (c) => page(c, <LoginPage next={pathWithin(c.req.query('next'))} />));

login.post('/', async (c) => {
  checkOrigin(c);
  const form = await readForm(c);
  const next = pathWithin(form.next);
  const input = LoginForm.safeParse(form);
  await limitPasswords(c, String(form.email));
  const answer = input.success ? await logIn(anonymousClient(c), input.data) : null;
  log(answer ? 'info' : 'warn', 'authentication', {
    request_id: c.get('requestId'),
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

/** Only our own pages: never another site's. */
function pathWithin(next: unknown): string {
  return typeof next === 'string' && /^\/dashboard(?:[/?][\w/?=&.-]*)?$/.test(next) ? next : HOME;
}
