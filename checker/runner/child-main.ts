/**
 * Looks at one file at a time, as `child.ts` asks. Hostile files reach libvips, PDFium and the barcode reader in here, so this process is given
 * nothing: an empty environment, no network use of its own, and of the disk only the project's code.
 */
import { fstatSync, readSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { hardenDecoders } from '../pictures/decode.ts';
import { UnseeableError } from '../pictures/unseeable-error.ts';
import { FILE_DESCRIPTOR, MAX_RSS_BYTES, type Task, type Watch } from './child-protocol.ts';
import { look } from './look.ts';
import type { ChildAnswer } from './seen.ts';

function read(start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(FILE_DESCRIPTOR, bytes, filled, bytes.length - filled, start + filled);
    if (count === 0) throw new UnseeableError('picture_unreadable');
    filled += count;
  }
  return bytes;
}

async function answer(task: Task): Promise<ChildAnswer> {
  try {
    const seen = await look(task, { size: fstatSync(FILE_DESCRIPTOR).size, read });
    return { seen, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    if (error instanceof UnseeableError) return { unseeable: error.code, rssBytes: process.memoryUsage.rss() };
    // The message may quote the file.
    return { fault: (error as Error).name, rssBytes: process.memoryUsage.rss() };
  }
}

hardenDecoders();
const workerData: Watch = { parent: process.ppid, maxRssBytes: MAX_RSS_BYTES };
new Worker(`${import.meta.dirname}/child-watch.ts`, { workerData });
process.on('disconnect', () => process.exit());
process.on('message', (task: Task) => void answer(task).then((said) => process.send?.(said)));
process.send?.('ready');
