import { Hono } from 'hono';
import type { AppEnv } from '../../app-env.ts';
import { page, viewOf } from '../../http/page.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { MetricsPage } from '../../pages/dashboard/metrics.tsx';
import { FigureDays } from '../../schemas/review.ts';
import { readDaily } from '../../services/review.ts';

export const metrics = new Hono<AppEnv>();

metrics.get('/', requireScope('profiles:read'), async (c) => {
  const days = FigureDays.parse(c.req.query('days'));
  return page(c, <MetricsPage days={days} figures={await readDaily(c.get('pb'), days)} {...viewOf(c)} />);
});
