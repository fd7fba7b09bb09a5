import type { Env } from '../../src/env.ts';
import type { ApiDocument } from './openapi/openapi-check.ts';

export interface TestWorker {
  origin: string;
  /** The partner of `keys.acme`. */
  partner: string;
  /** Where its settings send applicants. */
  frontend: string;
  keys: { acme: string; globex: string; internal: string };
  document: ApiDocument;
  /** A request to the running Worker. Whatever JSON it answers is held to the OpenAPI document. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  logs(): string[];
  /** What the cron does each minute. */
  scheduled(): Promise<void>;
  /** Its bindings, to look at what it stored. */
  env(): Promise<Env>;
  /** A new isolate over the same storage. */
  restart(): Promise<void>;
  /** Throws when a log line of its life holds a secret of the run or an applicant's name or number. */
  stop(): Promise<void>;
}
