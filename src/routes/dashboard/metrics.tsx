import { Hono } from 'hono';
import type { AppEnv } from '../../app-env.ts';
import { ignoredOf, page, viewOf } from '../../http/page.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { MetricsPage } from '../../pages/dashboard/metrics.tsx';
import { FigureDays } from '../../schemas/review.ts';
import { readDaily } from '../../services/review.ts';

export const metrics = new Hono<AppEnv>();

metrics.get('/', requireScope('profiles:read'), async (c) => {
  const asked = c.req.query();
  const days = FigureDays.parse(asked.days);
  return page(
    c,
    <MetricsPage
      days={days}
      ignored={ignoredOf(asked, { days })}
      figures={await readDaily(c.get('pb'), days)}
      {...viewOf(c)}
    />,
  );
});
