import schema from '../../pocketbase/hooks/lib/shared/schema.json' with { type: 'json' };
import { BINDINGS, type Env, type Settings } from '../env.ts';
import { sha256Hex } from '../lib/digest.ts';
import { ApiProblem } from '../lib/problem.ts';
import type { PocketBaseClient } from '../pocketbase/client.ts';
import { TIMEOUT_MS } from '../pocketbase/limits.ts';
import { SchemaAnswer } from '../pocketbase/records/upkeep.ts';
import { STATUS_TABLE } from '../schemas/status.ts';

/** So long an answer of PocketBase counts for everybody who asks: uptime monitors and strangers alike cost it nothing more. */
const KEPT_MS = 2_000;
/** A failure counts shorter, so that a PocketBase that is back is seen: the breaker spares it the rest. */
const FAILURE_KEPT_MS = 500;

/** What PocketBase said last, as a value: Workers forbid awaiting another request's promise. */
export class Readiness {
  readonly #now: () => number;
  #last: { at: number; problem: unknown } | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ApiProblem `not_configured`, `upstream_unavailable`, `upstream_timeout` */
  async check(place: { settings: Settings; env: Env }, connect: () => PocketBaseClient): Promise<void> {
    checkConfiguration(place);
    const now = this.#now();
    const keptMs = this.#last?.problem ? FAILURE_KEPT_MS : KEPT_MS;
    const isFresh = this.#last !== undefined && now - this.#last.at < keptMs;
    const isBeingAsked = this.#last !== undefined && now - this.#askedAt < TIMEOUT_MS.read;
    if (!isFresh && !isBeingAsked) {
      this.#askedAt = now;
      const problem = await checkPocketBase(connect).then(
        () => null,
        (error: unknown) => error,
      );
      this.#last = { at: this.#now(), problem };
      this.#askedAt = Number.NEGATIVE_INFINITY;
    }
    if (this.#last?.problem) throw this.#last.problem;
  }
}

/** @throws ApiProblem `not_configured` naming what is wrong and never its value */
function checkConfiguration({ settings, env }: { settings: Settings; env: Env }): void {
  if (settings.malformed.length > 0) {
    throw notReady(`Missing or malformed: ${settings.malformed.join(', ')}`, { settings: settings.malformed });
  }
  const missing = BINDINGS.filter((name) => !env[name]);
  if (missing.length > 0) throw notReady(`Missing bindings: ${missing.join(', ')}`, { bindings: missing });
}

/**
 * One call tells whether PocketBase is there, takes the service account, and has the schema and status table this Worker was built with.
 * @throws ApiProblem `not_configured`, `upstream_unavailable`, `upstream_timeout`
 */
async function checkPocketBase(connect: () => PocketBaseClient): Promise<void> {
  const answer = await connect().call(SchemaAnswer, '/api/edge/schema').catch(explain);
  if (!answer.dedupe) throw notReady('Missing or malformed: DEDUPE_SECRET', { settings: ['DEDUPE_SECRET'] });
  const statusDigest = await sha256Hex(JSON.stringify(STATUS_TABLE));
  if (answer.migration !== schema.migration || answer.status_digest !== statusDigest) throw anotherSchema();
}

/** A PocketBase without our hooks does not know the route, and other hooks answer in another shape. A cause that is a text is our own. */
function explain(error: unknown): never {
  if (!(error instanceof ApiProblem)) throw error;
  const { code, extras } = error;
  if (code === 'not_found' || code === 'not_configured') throw anotherSchema();
  if (code === 'upstream_timeout') throw new ApiProblem(code, 'PocketBase did not answer in time', extras);
  if (code !== 'upstream_unavailable') throw error;
  const cause = typeof extras.cause === 'string' ? extras.cause : 'no usable answer';
  throw new ApiProblem(code, `PocketBase is not usable: ${cause}`, extras);
}

function anotherSchema(): ApiProblem {
  return notReady('PocketBase has another schema than this version needs', { schema: schema.migration });
}

function notReady(detail: string, members: Record<string, unknown>): ApiProblem {
  return new ApiProblem('not_configured', detail, { members, cause: detail });
}
