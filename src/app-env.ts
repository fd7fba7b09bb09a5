import type { Caller } from './auth/caller.ts';
import type { Session } from './auth/session.ts';
import type { Env } from './env.ts';
import type { ApiProblem } from './lib/problem.ts';
import type { PocketBaseClient } from './pocketbase/client.ts';
import type { Runtime } from './runtime.ts';

/** The variables that middleware sets for handlers. Read them by `c.get`, as `c.var` copies all of them each time. */
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
    /** Reads the record of the endpoint; see `EndpointSpec.record`. */
    findRecord: (() => Promise<unknown>) | undefined;
    /** The problem that the request ended with. */
    problem: ApiProblem | undefined;
  };
}
