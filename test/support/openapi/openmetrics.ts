const COMMENT = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/;
const SAMPLE = /^([a-z_]+)(\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/**
 * As strict as https://prometheus.io/docs/specs/om/open_metrics_spec/ is for gauges and counters.
 * @returns each sample's value by its name and labels
 */
export function parseOpenMetrics(text: string): Map<string, number> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('The text must end with # EOF and a line feed');
  const samples = new Map<string, number>();
  const families = new Set<string>();
  let family = { name: '', type: '' };
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const [, keyword, name = '', rest = ''] = COMMENT.exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (families.has(name)) throw new Error(`A family in two places: ${line}`);
      if (!['gauge', 'counter'].includes(rest)) throw new Error(`Unknown type: ${line}`);
      families.add(name);
      family = { name, type: rest };
    } else if (keyword) {
      if (name !== family.name) throw new Error(`Outside of its family: ${line}`);
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`A name must end with its unit: ${line}`);
    } else {
      const [, sample, labels = '', value] = SAMPLE.exec(line) ?? [];
      const expected = family.type === 'counter' ? `${family.name}_total` : family.name;
      if (sample !== expected || samples.has(sample + labels)) throw new Error(`Not a sample of ${expected}: ${line}`);
      samples.set(sample + labels, Number(value));
    }
  }
  return samples;
}
