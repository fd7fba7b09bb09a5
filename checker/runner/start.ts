import { log } from '../../src/lib/log.ts';
import { isLoopback } from '../../src/lib/loopback.ts';
import { ChecksClient, KeyRefusedError } from './client.ts';
import { runLoop } from './loop.ts';
import type { Runner } from './runner.ts';

/** Checks that are held are given back within this time after a signal; their leases end by themselves anyway. */
const LAST_WORDS_MS = 4_000;

/** Runs until SIGTERM or SIGINT, and then ends the process. */
export async function startRunner(runner: Runner, env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env);
  if ('missing' in settings) return end(settings.missing);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stop.abort();
      setTimeout(() => process.exit(0), LAST_WORDS_MS).unref();
    });
  }
  const { name, version, types } = runner;
  log('info', 'runner_started', { provider: name, version, types });
  try {
    await runLoop(runner, new ChecksClient({ ...settings, provider: { name, version } }), stop.signal);
    log('info', 'runner_stopped');
  } catch (error) {
    if (!(error instanceof KeyRefusedError)) throw error;
    await runner.stop();
    end(`${settings.url} refuses EKYC_API_KEY: it must be a key with the scope checks:run that is in force`);
  }
}

/** One line for people: this is the end of a command, not of a request. */
function end(message: string): void {
  console.error(`npm run checker: ${message}`);
  process.exitCode = 1;
}

function readSettings({
  EKYC_URL,
  EKYC_API_KEY,
}: NodeJS.ProcessEnv): { url: string; key: string } | { missing: string } {
  if (!EKYC_URL || !EKYC_API_KEY) {
    const names = [!EKYC_URL && 'EKYC_URL', !EKYC_API_KEY && 'EKYC_API_KEY'].filter(Boolean).join(' and ');
    return { missing: `${names} must be set: where the API is, and a key with the scope checks:run` };
  }
  const url = URL.parse(EKYC_URL);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe)
    return { missing: `EKYC_URL must be an https: address, as the key goes there; http: is for this machine alone` };
  return { url: EKYC_URL.replace(/\/+$/, ''), key: EKYC_API_KEY };
}
