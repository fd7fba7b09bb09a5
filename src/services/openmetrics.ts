import type * as z from 'zod';
import { Metrics } from '../schemas/metrics.ts';

type Sample = [value: number | null, labels?: Record<string, string>];

/**
 * The metrics in the text format that Prometheus and its kin read: https://prometheus.io/docs/specs/om/open_metrics_spec/.
 * What is not known is left out: a zero would look as if nothing waited.
 */
export function toOpenMetrics(metrics: z.output<typeof Metrics>): string {
  const { statuses, queue, decisions, checks, breaker } = metrics;
  const states = Metrics.shape.breaker.shape.state.options;
  const families = [
    family('profiles', 'gauge', 'Profiles by status', labelled('status', Object.entries(statuses))),
    family('queue_profiles', 'gauge', 'Profiles that wait for a reviewer', [[queue.size]]),
    family('queue_oldest_seconds', 'gauge', 'How long the oldest of them has waited', [[queue.oldest_seconds]]),
    family('decisions', 'gauge', 'Decisions of the last 30 days', [[decisions.count]]),
    family('decision_median_seconds', 'gauge', 'Their median time since the submission', [[decisions.median_seconds]]),
    family('duplicates_avoided', 'counter', "Creates that met a known applicant, since PocketBase's start", [
      [metrics.duplicates_avoided],
    ]),
    family('oldest_undelivered_event_seconds', 'gauge', 'Age of the oldest event that a webhook still waits for', [
      [metrics.oldest_undelivered_event_seconds],
    ]),
    family(
      'checks',
      'counter',
      "Results of automated checks, since PocketBase's start",
      labelled('outcome', Object.entries(checks.outcomes)),
    ),
    family('check_oldest_queued_seconds', 'gauge', 'How long a check has been due that no runner has taken', [
      [checks.oldest_queued_seconds],
    ]),
    family('check_runner_seen_seconds', 'gauge', 'Since a runner last asked for work', [[checks.runner_seen_seconds]]),
    family(
      'breaker_state',
      'gauge',
      'The circuit breaker of the isolate that answers: 1 for its state',
      labelled(
        'state',
        states.map((state) => [state, Number(state === breaker.state)]),
      ),
    ),
    // No counter: each answer may come from another isolate.
    family('breaker_openings', 'gauge', 'How often that breaker has opened', [[breaker.openings]]),
  ];
  return `${families.flat().join('\n')}\n# EOF\n`;
}

function labelled(label: string, values: [string, number][]): Sample[] {
  return values.map(([name, value]) => [value, { [label]: name }]);
}

/** The values of labels are words of ours, which need no escaping. */
function family(suffix: string, type: 'gauge' | 'counter', help: string, samples: Sample[]): string[] {
  const name = `ekyc_${suffix}`;
  const lines = samples.flatMap(([value, labels = {}]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    const set = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
    return value === null ? [] : [`${name}${type === 'counter' ? '_total' : ''}${set} ${value}`];
  });
  const unit = name.endsWith('_seconds') ? [`# UNIT ${name} seconds`] : [];
  return [`# TYPE ${name} ${type}`, ...unit, `# HELP ${name} ${help}`, ...lines];
}
