import * as z from 'zod';
import patterns from '../pocketbase/hooks/lib/shared/patterns.json' with { type: 'json' };
import { isLoopback } from './lib/loopback.ts';
import { ApiProblem } from './lib/problem.ts';
import { type LimiterName, RATE_LIMITS } from './lib/rate-limits.ts';

/** Bindings of wrangler.toml. Settings stand in the same object as strings: read them through `Settings` only. */
export interface Env extends Record<LimiterName, RateLimit> {
  TOKENS: KVNamespace;
  /** Wakes deliveries up. A delivery whose message is lost is found by the cron. */
  WEBHOOKS: Queue<{ delivery: string }>;
  /** A Workers VPC service that leads to PocketBase; without it `POCKETBASE_URL` is fetched over the internet. */
  POCKETBASE?: Fetcher;
}

/** Without one of these the Worker is not ready. */
export const BINDINGS = ['TOKENS', 'WEBHOOKS', ...(Object.keys(RATE_LIMITS) as LimiterName[])] as const;

const SECRET_MIN_LENGTH = 32;
/** A vendor makes its own. */
const CALLBACK_SECRET_MIN_LENGTH = 16;
const slug = z.string().regex(new RegExp(patterns.slug));
const secret = z.string().min(SECRET_MIN_LENGTH);

const commaList = z.string().transform((text) => text.split(',').map((part) => part.trim()));
const secretList = commaList.pipe(z.array(secret).min(1));

function keyList(defaultName?: string) {
  const entry = z
    .string()
    .transform((text) => {
      const colon = text.indexOf(':');
      return colon < 0 ? { name: defaultName, key: text } : { name: text.slice(0, colon), key: text.slice(colon + 1) };
    })
    .pipe(z.object({ name: slug, key: secret }));
  return commaList
    .pipe(z.array(entry).min(1))
    .refine((entries) => new Set(entries.map((e) => e.key)).size === entries.length);
}

const hostList = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => part.trim().toLowerCase() || []))
  .pipe(z.array(z.hostname()))
  .default([]);
/** Before each attempt. By default three days in all, so that an endpoint may be down for two. */
const delayList = commaList
  .transform((parts) => parts.map(Number))
  .pipe(z.array(z.number().min(0).max(86_400)).min(1))
  .default([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);

const baseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** Scheme, host and port alone; a slash behind them is forgiven. */
const publicUrl = z
  .url({ protocol: /^https?$/ })
  .transform((url) => new URL(url))
  .refine(({ href, origin }) => href === `${origin}/`)
  .transform(({ origin, host, hostname, protocol }) => ({
    origin,
    host,
    isProtected: protocol === 'https:' || isLoopback(hostname),
  }));
const publicUrls = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
  .pipe(z.array(publicUrl))
  .default([]);

/** Of a vendor that calls back: how it signs, and with what. */
const CallbackSource = z.strictObject({
  scheme: z.enum(['standard-webhooks', 'hmac-sha256', 'timestamped']),
  secret: z.string().min(CALLBACK_SECRET_MIN_LENGTH),
  header: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default('x-signature'),
});
const callbackSources = z
  .string()
  .transform((text, context) => {
    try {
      return text === '' ? {} : JSON.parse(text);
    } catch {
      context.addIssue('Not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string().regex(new RegExp(patterns.provider)), CallbackSource))
  .transform((sources) => Object.entries(sources).map(([name, { secret: key, ...rest }]) => ({ name, key, ...rest })))
  .default([]);

const SETTINGS = {
  POCKETBASE_URL: baseUrl,
  POCKETBASE_SERVICE_EMAIL: z.email(),
  POCKETBASE_SERVICE_PASSWORD: secret,
  VALID_API_KEYS: keyList('default'),
  INTERNAL_API_KEYS: keyList(),
  KYC_FRONTEND_URL: z.literal('').or(baseUrl).default(''),
  LINK_SECRET: secretList,
  SESSION_SECRET: secretList,
  DATA_SECRET: secretList,
  LINK_TTL_SECONDS: z.coerce.number().int().min(60).max(31_536_000).default(86_400),
  PUBLIC_URL: publicUrls,
  DEPLOYMENT: z.enum(['production', 'development']).default('production'),
  WEBHOOK_DENY_HOSTS: hostList,
  CHECK_CALLBACKS: callbackSources,
  WEBHOOK_DELAYS_SECONDS: delayList,
};

const SECRETS = [
  'POCKETBASE_SERVICE_PASSWORD',
  'VALID_API_KEYS',
  'INTERNAL_API_KEYS',
  'LINK_SECRET',
  'SESSION_SECRET',
  'DATA_SECRET',
  'CHECK_CALLBACKS',
] as const;

type SettingName = keyof typeof SETTINGS;
type SettingValue<N extends SettingName> = z.output<(typeof SETTINGS)[N]>;

/** The settings of one isolate. Each is parsed on its own: a malformed one closes only the routes that need it. */
export class Settings {
  readonly #values = new Map<string, unknown>();
  /** Names of missing or malformed settings. */
  readonly malformed: SettingName[] = [];

  constructor(env: object) {
    const source = env as Record<string, unknown>;
    for (const [name, schema] of Object.entries(SETTINGS)) {
      const result = schema.safeParse(source[name]);
      if (result.success) this.#values.set(name, result.data);
      else this.malformed.push(name as SettingName);
    }
    this.#refuseSharedSecrets();
    if (this.#values.get('DEPLOYMENT') !== 'development') {
      this.#refusePlainFrontend();
      this.#refuseUnknownPlace();
    }
  }

  /** @throws ApiProblem `not_configured` */
  get<N extends SettingName>(name: N): SettingValue<N> {
    if (!this.#values.has(name)) throw new ApiProblem('not_configured', undefined, { cause: `setting ${name}` });
    return this.#values.get(name) as SettingValue<N>;
  }

  /** A secret that stands in two settings ends with the weaker one: a key in both lists would make a partner an operator. */
  #refuseSharedSecrets() {
    const holders = new Map<string, Set<SettingName>>();
    for (const name of SECRETS) {
      for (const value of this.#members(name)) holders.set(value, (holders.get(value) ?? new Set()).add(name));
    }
    const shared = [...holders.values()].flatMap((names) => (names.size > 1 ? [...names] : []));
    for (const name of new Set(shared)) this.#refuse(name);
  }

  /** The page behind the link reads the applicant's token: over `http:` everybody on the way would read it as well. */
  #refusePlainFrontend() {
    const url = this.#values.get('KYC_FRONTEND_URL');
    if (typeof url === 'string' && url.startsWith('http:')) this.#refuse('KYC_FRONTEND_URL');
  }

  /** Without its own origins the Worker would take any `Host` for its own. Over `http:` everybody on the way would read the keys. */
  #refuseUnknownPlace() {
    if (!this.#values.has('PUBLIC_URL')) return;
    const urls = this.get('PUBLIC_URL');
    if (urls.length === 0 || !urls.every(({ isProtected }) => isProtected)) this.#refuse('PUBLIC_URL');
  }

  #members(name: (typeof SECRETS)[number]): string[] {
    if (!this.#values.has(name)) return [];
    return [this.get(name)].flat().map((member) => (typeof member === 'string' ? member : member.key));
  }

  #refuse(name: SettingName) {
    this.#values.delete(name);
    this.malformed.push(name);
  }
}
