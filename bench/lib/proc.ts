import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, in milliseconds. Linux only. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** What a process holds now, and the most it ever held, in MB. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1_000_000;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** The PocketBase that works on a folder: what started it is a shell, whose processor time says nothing. */
export function pocketBasePid(dir: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (program?.includes('pocketbase') && args.includes(`--dir=${dir}`)) return Number(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`No PocketBase works on ${dir}`);
}
