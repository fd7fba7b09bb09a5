/**
 * Where webhooks may go. A partner chooses the URL, and the Worker calls it from inside: so the host is judged as `fetch` will read it,
 * parsed by WHATWG's rules, where 0x7f.1, ①②⑦.⓪.⓪.① and 2130706433 are all 127.0.0.1.
 * No name is resolved here: a public name may point to a private address, which `global_fetch_strictly_public` stops.
 */
import type { Settings } from '../env.ts';
import { isLoopback } from '../lib/loopback.ts';

export interface TargetPolicy {
  /** Accepts `http:` and this machine, on any port, for receivers under development. */
  isDevelopment: boolean;
  /** `host[:port]` of this Worker and of PocketBase. */
  ownHosts: readonly string[];
  /** Hosts that the operator rules out, with all their subdomains. */
  deniedHosts: readonly string[];
}

/** @param asked the host that a request has named: in development, where `PUBLIC_URL` may be empty, nothing else tells our own */
export function targetPolicy(settings: Settings, asked: readonly string[] = []): TargetPolicy {
  return {
    isDevelopment: settings.get('DEPLOYMENT') === 'development',
    ownHosts: [
      ...settings.get('PUBLIC_URL').map(({ host }) => host),
      new URL(settings.get('POCKETBASE_URL')).host,
      ...asked,
    ],
    deniedHosts: settings.get('WEBHOOK_DENY_HOSTS'),
  };
}

const PORTS = ['', '8443']; // 443 is written as ''
const IP_LITERAL = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;
const PRIVATE_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa'];

/** Why the target is refused, in words for the partner; `null` when it is accepted. */
export function refuseTarget(target: string, policy: TargetPolicy): string | null {
  const url = URL.parse(target);
  if (!url) return 'Not a URL';
  if (url.username || url.password) return 'Credentials in the URL are not accepted';
  const isLocal = policy.isDevelopment && isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !(policy.isDevelopment && url.protocol === 'http:')) return 'Must be https';
  if (isLocal) return isOwnLocal(url, policy) ? 'This host is not accepted' : null;
  const isPlainInDevelopment = url.protocol === 'http:' && url.port === '';
  if (!PORTS.includes(url.port) && !isPlainInDevelopment) return 'The port must be 443 or 8443';
  return refuseHost(url.hostname, policy);
}

function refuseHost(host: string, { ownHosts, deniedHosts }: TargetPolicy): string | null {
  if (IP_LITERAL.test(host)) return 'IP addresses are not accepted';
  if (!host.includes('.') || host.endsWith('.') || host.includes('..')) return 'Must name a public host';
  if (PRIVATE_SUFFIXES.some((suffix) => isWithin(host, suffix))) return 'Must name a public host';
  const isOwn = ownHosts.some((own) => hostname(own) === host);
  if (isOwn || deniedHosts.some((denied) => isWithin(host, hostname(denied)))) return 'This host is not accepted';
  return null;
}

/** In development everything shares one machine, so the port tells hosts apart. */
function isOwnLocal(url: URL, { ownHosts }: TargetPolicy): boolean {
  const port = (of: URL) => of.port || (of.protocol === 'http:' ? '80' : '443');
  return ownHosts.some((own) => {
    const parsed = URL.parse(`http://${own}`);
    return parsed !== null && isLoopback(parsed.hostname) && port(parsed) === port(url);
  });
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** Without the port, and spelled as a parsed URL spells it. */
function hostname(host: string): string {
  return (URL.parse(`https://${host}`)?.hostname ?? host).replace(/\.$/, '');
}
