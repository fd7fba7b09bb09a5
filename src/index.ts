import { app } from './app.ts';
import type { Env } from './env.ts';
import { runtimeFor } from './runtime.ts';
import { consume } from './webhooks/consumer.ts';
import { sweepDeliveries } from './webhooks/sweep.ts';

export default {
  fetch: app.fetch,
  queue: (batch, env, ctx) => consume(batch, runtimeFor(env), ctx),
  scheduled: (_event, env) => sweepDeliveries(runtimeFor(env)),
} satisfies ExportedHandler<Env>;
