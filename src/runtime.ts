import type { KeyEnvironment } from './auth/managed-key-format.ts';
import { ManagedKeys } from './auth/managed-keys.ts';
import { PartnerDirectory } from './auth/partner-directory.ts';
import { Reviewers } from './auth/reviewers.ts';
import { SettingsKeys } from './auth/settings-keys.ts';
import { type Env, Settings } from './env.ts';
import { ExpiringCache } from './lib/expiring-cache.ts';
import { PocketBaseClient } from './pocketbase/client.ts';
import { ServiceToken } from './pocketbase/service-token.ts';
import { Upstream } from './pocketbase/upstream.ts';
import { Changes } from './services/live-stream.ts';
import { Readiness } from './services/readiness.ts';

const sleep = (ms: number) => scheduler.wait(ms);

/** What one isolate keeps between requests. It holds values only, never a request's promise or stream. */
export class Runtime {
  readonly env: Env;
  readonly settings: Settings;
  readonly settingsKeys: SettingsKeys;
  readonly reviewers = new Reviewers(Date.now);
  readonly managedKeys = new ManagedKeys(Date.now);
  /** Addresses with too many failed authentications, as long as the limiter counts them. */
  readonly overLimit = new ExpiringCache<true>({ ttlMs: 60_000, maxEntries: 10_000, now: Date.now });
  /** Links that were revoked, or whose partner is shut out: the latter may be let in again. */
  readonly endedLinks = new ExpiringCache<true>({ ttlMs: 60_000, maxEntries: 10_000, now: Date.now });
  readonly readiness = new Readiness(Date.now);
  readonly changes = new Changes(Date.now);
  readonly partners = new PartnerDirectory(Date.now);
  readonly upstream: Upstream;
  #serviceToken: ServiceToken | undefined;

  constructor(env: Env) {
    this.env = env;
    this.settings = new Settings(env);
    this.settingsKeys = new SettingsKeys(this.settings);
    this.upstream = new Upstream({
      fetch: (url, init) => (env.POCKETBASE ? env.POCKETBASE.fetch(url, init) : fetch(url, init)),
      now: Date.now,
      random: Math.random,
      sleep,
    });
  }

  /** A production system refuses the keys of a test system, and the other way round. */
  get keyEnvironment(): KeyEnvironment {
    return this.settings.get('DEPLOYMENT') === 'development' ? 'test' : 'live';
  }

  /**
   * PocketBase for one request or event.
   * @throws ApiProblem `not_configured`
   */
  connect(requestId: string): PocketBaseClient {
    const url = this.settings.get('POCKETBASE_URL');
    return new PocketBaseClient({ upstream: this.upstream, url, token: this.serviceToken, requestId });
  }

  /** @throws ApiProblem `not_configured` */
  get serviceToken(): ServiceToken {
    this.#serviceToken ??= new ServiceToken({
      upstream: this.upstream,
      url: this.settings.get('POCKETBASE_URL'),
      email: this.settings.get('POCKETBASE_SERVICE_EMAIL'),
      password: this.settings.get('POCKETBASE_SERVICE_PASSWORD'),
      kv: this.env.TOKENS,
      now: Date.now,
      sleep,
    });
    return this.#serviceToken;
  }
}

let current: Runtime | undefined;

/** The isolate's runtime. A change of the settings makes a new one. */
export function runtimeFor(env: Env): Runtime {
  if (current?.env !== env) current = new Runtime(env);
  return current;
}
