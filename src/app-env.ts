import type { Caller } from './auth/caller.ts';
import type { Session } from './auth/session.ts';
import type { Env } from './env.ts';
import type { ApiProblem } from './lib/problem.ts';
import type { PocketBaseClient } from './pocketbase/client.ts';
import type { Runtime } from './runtime.ts';

/** What middleware leaves on Hono's context for the handlers. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    runtime: Runtime;
    requestId: string;
    caller: Caller;
    /** In the dashboard only, after the login. */
    session: Session;
    /** PocketBase in the caller's name. */
    pb: PocketBaseClient;
    /** Checks that outrank the body's: a record that is gone or locked is answered before a malformed body. */
    checkRecord: (() => Promise<unknown>) | undefined;
    /** The problem this request ended with. */
    problem: ApiProblem | undefined;
  };
}
