import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../src/lib/log.ts';
import type { Code } from '../pictures/unseeable-error.ts';
import { OUT_OF_MEMORY_SIGNAL, type Task } from './child-protocol.ts';
import { ChildAnswer, type Seen } from './seen.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 30_000;
const TASK_TIMEOUT_MS = 60_000;
const MAX_HEAP_MB = 256;
/** Memory that libraries don't give back adds up over files, so a child above this is replaced between two of them. */
const REPLACE_ABOVE_BYTES = 300_000_000;

/** The watch's signal, the kernel's, and V8's own end. */
const OUT_OF_MEMORY = new Set([OUT_OF_MEMORY_SIGNAL, 'SIGKILL', 'SIGABRT']);

export type Sight = { seen: Seen } | { unseeable: Code };

/** Writes the document into the empty file. What it throws, `look` throws. */
export type Fill = (file: FileHandle) => Promise<void>;

interface Child {
  process: ChildProcess;
  file: FileHandle;
}

/** One child process, made when it is needed and again after it ended. Files wait for each other. */
export class Examiner {
  #child: Child | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  readonly #taskTimeoutMs: number;

  constructor(options: { taskTimeoutMs?: number } = {}) {
    this.#taskTimeoutMs = options.taskTimeoutMs ?? TASK_TIMEOUT_MS;
  }

  /** Of the living child, for tests that kill it. */
  get pid(): number | undefined {
    return this.#child?.process.pid;
  }

  /** A file that ends the child becomes a code, and the next file meets a new one. */
  look(task: Task, fill: Fill): Promise<Sight> {
    const sight = this.#turn.then(() => this.#look(task, fill));
    this.#turn = sight.catch(() => {});
    return sight;
  }

  /** Ends the child at once; files that wait or are looked at throw. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#end();
  }

  async #look(task: Task, fill: Fill): Promise<Sight> {
    for (let isSecond = false; ; isSecond = true) {
      if (this.#isStopped) throw new Error('The runner stops');
      this.#child ??= await startChild();
      await this.#child.file.truncate(0);
      await fill(this.#child.file);
      const outcome = await ask(this.#child.process, task, this.#taskTimeoutMs);
      if ('rssBytes' in outcome && outcome.rssBytes < REPLACE_ABOVE_BYTES) return outcome;
      await this.#end();
      if ('rssBytes' in outcome) return outcome;
      if (this.#isStopped) continue;
      log('warn', 'child_ended', outcome);
      if (outcome.reason === 'late') return { unseeable: 'out_of_time' };
      // Somebody else may have killed the first one, or filled its memory: a file is to blame only for its second child.
      if (isSecond) return { unseeable: OUT_OF_MEMORY.has(outcome.reason) ? 'out_of_memory' : unreadable(task) };
    }
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const { process } = child;
    if (!hasEnded(process)) {
      const exited = once(process, 'exit');
      process.kill('SIGKILL');
      await exited;
    }
    await child.file.close();
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

type Answered = Sight & { rssBytes: number };

/** The child's answer, or why there is none and the child is of no more use. */
async function ask(child: ChildProcess, task: Task, timeoutMs: number): Promise<Answered | { reason: string }> {
  if (hasEnded(child)) return { reason: 'idle' };
  const done = new AbortController();
  const { signal } = done;
  try {
    const outcome = Promise.race([
      once(child, 'message', { signal }).then(([message]) => ChildAnswer.safeParse(message)),
      once(child, 'exit', { signal }).then(([code, signal]) => ({ reason: signal ?? `exit ${code}` })),
      sleep(timeoutMs, { reason: 'late' }, { signal }),
    ]);
    child.send(task, () => {});
    const said = await outcome;
    if ('reason' in said) return said;
    if (!said.success) return { reason: 'nonsense' };
    return 'fault' in said.data ? { reason: said.data.fault } : said.data;
  } finally {
    done.abort();
  }
}

const unreadable = ({ kind }: Task): Code => (kind === 'facial_video' ? 'video_unreadable' : 'picture_unreadable');

async function startChild(): Promise<Child> {
  const file = await openNameless();
  const process = fork(join(import.meta.dirname, 'child-main.ts'), [], {
    // The permission model keeps JavaScript off the disk, the network's keys and other processes. Native code is not held by it.
    execArgv: [
      '--permission',
      `--allow-fs-read=${ROOT}/*`,
      '--allow-addons',
      '--allow-worker',
      `--max-old-space-size=${MAX_HEAP_MB}`,
    ],
    // Glibc's arenas keep what each thread has freed.
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'pipe', file.fd, 'ipc'],
  });
  // A signal or a message that no longer reaches it: its end is what counts.
  process.on('error', () => {});
  let words = '';
  process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < 2000) words += text;
  });
  const ready = once(process, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
  const isReady = await Promise.race([ready.then(() => true), once(process, 'exit').then(() => false)]).catch(
    () => false,
  );
  if (isReady) {
    // From here on it speaks of strangers' files.
    process.stderr?.removeAllListeners('data').resume();
    return { process, file };
  }
  process.kill('SIGKILL');
  await file.close();
  throw new Error(`The child did not start: ${words}`);
}

/** The name is gone before the first byte is there, so a kill at any moment leaves nothing of an applicant on the disk. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `ekyc-checker-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}
