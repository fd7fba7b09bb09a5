/**
 * A thread of the child, which goes on while the child's own is deep in a hostile file. It ends the process in two cases: the runner is gone,
 * or the process holds more memory than it may.
 */
import { workerData } from 'node:worker_threads';
import { OUT_OF_MEMORY_SIGNAL, type Watch } from './child-protocol.ts';

const INTERVAL_MS = 50;

const { parent, maxRssBytes } = workerData as Watch;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() > maxRssBytes) process.kill(process.pid, OUT_OF_MEMORY_SIGNAL);
}, INTERVAL_MS);
