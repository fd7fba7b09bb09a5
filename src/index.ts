import { app } from './app.ts';
import type { Env } from './env.ts';
import { runtimeFor } from './runtime.ts';
import { runScheduled } from './scheduled.ts';
import { consume } from './webhooks/consumer.ts';

export default {
  fetch: app.fetch,
  queue: (batch, env, ctx) => consume(batch, runtimeFor(env), ctx),
  scheduled: (_event, env) => runScheduled(runtimeFor(env)),
} satisfies ExportedHandler<Env>;
