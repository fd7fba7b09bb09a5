/** Storage may be switched off, and then to name it is to throw: what is kept is gone with the page. */
type Area = 'localStorage' | 'sessionStorage';

/** @returns whether it is kept */
export function remember(area: Area, name: string, value: string): boolean {
  try {
    globalThis[area].setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

export function recall(area: Area, name: string): string | null {
  try {
    return globalThis[area].getItem(name);
  } catch {
    return null;
  }
}

export function forget(area: Area, name: string): void {
  try {
    globalThis[area].removeItem(name);
  } catch {}
}
