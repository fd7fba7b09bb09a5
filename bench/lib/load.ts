import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface PlannedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** `[unique]` in it becomes another text in every request. */
  body?: string;
}

export interface LoadSpec {
  url: string;
  connections: number;
  /** Each connection walks through one of them, over and over. */
  lanes: PlannedRequest[][];
  seconds?: number;
  /** Ends after so many requests instead. */
  amount?: number;
  /** Requests per second over all connections; without it, as fast as answers come. */
  rate?: number;
}

export interface LoadResult {
  total: number;
  seconds: number;
  errors: number;
  timeouts: number;
  statuses: Record<string, number>;
  p50: number;
  p99: number;
}

const PROCESS = join(import.meta.dirname, 'load-process.ts');

/** @throws when a request failed, or was answered with another status than these: a fast error is no figure */
export async function load(spec: LoadSpec, expected: number[]): Promise<LoadResult> {
  const child = spawn(process.execPath, [PROCESS], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(spec));
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const result = JSON.parse(output) as LoadResult;
  const strange = Object.keys(result.statuses).filter((status) => !expected.includes(Number(status)));
  if (strange.length > 0 || result.errors > 0 || result.timeouts > 0 || result.total === 0) {
    const [first] = spec.lanes[0] ?? [];
    throw new Error(`${first?.method} ${spec.url}${first?.path}: ${output.trim()}`);
  }
  return result;
}
