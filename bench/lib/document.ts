/** Puts what is kept into the pages, between `<!-- bench:<part> -->` and `<!-- /bench -->`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digits, judged, type Part, type Results, type Row, readResults } from './report.ts';

/** README's lines, and the peers in them. */
const KEY_ROWS = ['read', 'create', 'known', 'unauthenticated', 'invalid', 'put', 'multipart', 'get'];
const KEY_PEERS = ['passthrough', 'constant', 'express'];

const line = (cells: string[]) => `| ${cells.join(' | ')} |`;

function table(head: string[], body: string[][]): string {
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function full(rows: Row[]): string {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const isJudged = rows.some(({ comparisons }) => comparisons.length > 0);
  return table(
    ['', 'unit', ...names, ...(isJudged ? ['the product’s by'] : [])],
    rows.map(({ title, unit, figures, comparisons }) => [
      title,
      unit,
      ...names.map((name) => (figures[name] === undefined ? '' : digits(figures[name]))),
      ...(isJudged ? [comparisons.map(judged).join('<br>')] : []),
    ]),
  );
}

function key(rows: Row[]): string {
  const shown = rows.filter(({ name }) => KEY_ROWS.includes(name));
  return table(
    ['', 'measured', ...KEY_PEERS.map((peer) => `by ${peer}`)],
    shown.map(({ title, unit, comparisons }) => [
      title,
      unit === 'ms' ? 'time' : 'rate',
      ...KEY_PEERS.map((peer) => comparisons.find(({ by }) => by === peer)?.ratio.toFixed(2) ?? ''),
    ]),
  );
}

export function document(): void {
  const results: Results = readResults();
  for (const part of ['ratios', 'writer', 'cost', 'growth', 'soak', 'checks'] as Part[]) {
    const found = results[part];
    if (!found) continue;
    const from = `${found.machine}${found.rounds ? `, medians of ${found.rounds} rounds` : ''}.`;
    writeInto(part === 'checks' ? 'docs/checks.md' : 'docs/performance.md', part, `${from}\n\n${full(found.rows)}`);
  }
  if (results.ratios) writeInto('README.md', 'key', key(results.ratios.rows));
}

function writeInto(path: string, part: string, text: string): void {
  const file = join(import.meta.dirname, '../..', path);
  const marked = new RegExp(`(<!-- bench:${part} -->\\n)[^]*?(<!-- /bench -->)`);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marked, (_, start, end) => `${start}\n${text}\n\n${end}`),
  );
}
