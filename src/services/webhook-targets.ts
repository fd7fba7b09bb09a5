import type { Settings } from '../env.ts';
import type { TargetPolicy } from '../webhooks/targets.ts';

/** @param ownHosts under which this Worker is reached */
export function targetPolicy(settings: Settings, ownHosts: readonly string[]): TargetPolicy {
  return {
    isDevelopment: settings.get('DEPLOYMENT') === 'development',
    ownHosts: [...ownHosts, new URL(settings.get('POCKETBASE_URL')).host],
    deniedHosts: settings.get('WEBHOOK_DENY_HOSTS'),
  };
}
