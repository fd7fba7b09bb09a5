import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

// A child must not outlive us, not even after kill -9, or it would keep the port and the data. PocketBase doesn't watch its
// parent, so a shell does: the end of its stdin, for whatever reason, ends the child and everything the child started.
const GUARD = `exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
{ cat <&3; kill -TERM $child; sleep 5; kill -KILL 0; } >/dev/null 2>&1 &
wait $child
kill -KILL 0`;

export interface Child {
  /** Resolves when the child and its descendants are gone. */
  readonly closed: Promise<void>;
  /** What the child said last: no colours, no blank lines, no Go stack. */
  lastWords(): string;
  isClosed(): boolean;
  /** SIGTERM, SIGKILL after 5 s. */
  stop(): Promise<void>;
  /** SIGKILL to the whole process group. */
  kill(): Promise<void>;
}

const living = new Set<Child>();

/** Also those that are still starting, or are started meanwhile. */
export async function stopAll(): Promise<void> {
  while (living.size > 0) await Promise.all([...living].map((child) => child.stop()));
}

export function spawnGuarded(
  command: string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; onLine?: (line: string) => void },
): Child {
  const { onLine, ...rest } = options;
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', ...command], { ...rest, detached: true });
  guard.stdin.on('error', () => {});
  const lines: string[] = [];
  for (const stream of [guard.stdout, guard.stderr]) {
    readLines(stream, (line) => {
      if (line.trim()) lines.push(stripVTControlCharacters(line));
      if (lines.length > 100) lines.shift();
      onLine?.(line);
    });
  }
  let isClosed = false;
  const closed = once(guard, 'close').then(() => {
    isClosed = true;
    living.delete(child);
  });
  const child: Child = {
    closed,
    lastWords() {
      const stack = lines.findIndex((line) => line.startsWith('goroutine '));
      return (stack < 0 ? lines : lines.slice(0, stack)).slice(-10).join('\n');
    },
    isClosed: () => isClosed,
    stop() {
      guard.stdin.end();
      return closed;
    },
    kill() {
      killGroup(guard);
      return closed;
    },
  };
  living.add(child);
  return child;
}

function killGroup(guard: ChildProcess): void {
  try {
    if (guard.pid) process.kill(-guard.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
