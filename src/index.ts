import { app } from './app.ts';
import type { Env } from './env.ts';
import { runScheduled } from './scheduled.ts';

export default { fetch: app.fetch, scheduled: (_, env) => runScheduled(env) } satisfies ExportedHandler<Env>;
