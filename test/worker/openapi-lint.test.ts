import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiDocument } from '../support/openapi/openapi-check.ts';
import { startWorker } from '../support/worker.ts';

type Schema = { properties?: object; required?: string[]; pattern?: string };

let document: ApiDocument & { servers: { url: string }[] };
beforeAll(async () => {
  const worker = await startWorker();
  document = (await (await worker.fetch('/openapi.json')).json()) as typeof document;
  await worker.stop();
});

/** What the linters say of us that is not for this document to mend, and why. */
const NOT_OURS = [
  // A method that a path does not have is no operation.
  'no-unused-components /components/examples/method_not_allowed',
  'oas3-unused-component /components/examples/method_not_allowed',
  // They take nothing that could be wrong: whatever is sent, the answer is the same.
  ...['', 'healthz', 'readyz', 'openapi.json', 'docs'].map(
    (path) => `operation-4xx-response /paths/~1${path}/get/responses`,
  ),
  // The tests' Worker is at 127.0.0.1; an installation answers with its own address.
  'no-server-example.com /servers/0/url',
  // No id is `callbacks`: it has 15 characters.
  'no-ambiguous-paths /paths/~1api~1checks~1callbacks~1{provider}',
  // Who answers for an installation is known to its operator alone.
  'info-contact /info',
];

describe('GET /openapi.json', () => {
  it('has no complaint by Redocly’s recommended rules', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const source = JSON.stringify(document);
    const found = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const complaints = found.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer?.replace('#', '')}`);
    expect(complaints.filter((complaint) => !NOT_OURS.includes(complaint))).toEqual([]);
  });

  it('has no complaint by Spectral’s recommended rules', { timeout: 180_000 }, async () => {
    const spectral = new Spectral();
    spectral.setRuleset({ extends: [[oas as RulesetDefinition, 'recommended']] });
    const complaints = (await spectral.run({ ...document })).map(({ code, path }) => `${code} /${path.join('/')}`);
    expect(complaints.filter((complaint) => !NOT_OURS.includes(complaint))).toEqual([]);
  });

  it('requires no property that it does not describe', () => {
    const undescribed = schemas().flatMap(({ properties = {}, required = [] }) =>
      required.filter((name) => !Object.hasOwn(properties, name)),
    );
    expect(undescribed).toEqual([]);
  });

  it('has patterns that mean the same with and without the flag `u`, and none of a date twice', () => {
    const patterns = schemas().flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
    expect(patterns.filter((pattern) => /\\[pPu]\{/.test(pattern))).toEqual([]);
    for (const pattern of patterns) expect(() => [new RegExp(pattern), new RegExp(pattern, 'u')]).not.toThrow();
    const dates = patterns.filter((pattern) => pattern.includes('-02-29'));
    expect(dates).toHaveLength(new Set(dates).size);
  });

  it('lists the countries once', () => {
    expect(JSON.stringify(document).split('"AD","AE"')).toHaveLength(2);
  });

  it('describes every parameter', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const parameters = operations.flatMap((operation) => operation.parameters ?? []) as { description?: string }[];
    expect(parameters.length).toBeGreaterThan(50);
    expect(parameters.filter(({ description }) => !description)).toEqual([]);
  });

  it('names the address at which it was asked for', async () => {
    expect(document.servers).toEqual([{ url: expect.stringMatching(/^http:\/\/[^/]+$/) }]);
  });
});

/** All objects of the document: what has none of a schema's members is no harm. */
function schemas(): Schema[] {
  const found: Schema[] = [];
  JSON.stringify(document, (name, value) => {
    const isSchema =
      value && typeof value === 'object' && (Array.isArray(value.required) || typeof value.pattern === 'string');
    if (isSchema && name !== 'properties') found.push(value);
    return value;
  });
  return found;
}
