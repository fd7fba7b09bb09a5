import { Hono } from 'hono';
import type { AppEnv } from '../../app-env.ts';
import { readForm } from '../../http/form.ts';
import { HOME, ignoredOf, page, profilePath, viewOf } from '../../http/page.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { QueuePage } from '../../pages/dashboard/queue.tsx';
import { NextForm, QueueQuery } from '../../schemas/review.ts';
import { readQueue, readReviewers, takeNext } from '../../services/review.ts';

export const queue = new Hono<AppEnv>();

queue.get('/', requireScope('profiles:read'), async (c) => {
  const asked = c.req.query();
  const query = QueueQuery.parse(asked);
  const found = await readQueue(c.get('pb'), query);
  const reviewers = await readReviewers(c.get('pb'));
  return page(
    c,
    <QueuePage query={query} ignored={ignoredOf(asked, query)} queue={found} reviewers={reviewers} {...viewOf(c)} />,
  );
});

queue.post('/next', requireScope('status:write'), async (c) => {
  const id = await takeNext(c.get('pb'), NextForm.parse(await readForm(c)));
  return c.redirect(id ? profilePath(id) : HOME, 303);
});
