const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Of this machine alone, as a parsed URL spells it. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}
