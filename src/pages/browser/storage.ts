/** Storage may be switched off, and then to name it is to throw: what is kept is gone with the page. */
type Area = 'localStorage' | 'sessionStorage';

export function remember(area: Area, name: string, value: string): void {
  try {
    globalThis[area].setItem(name, value);
  } catch {}
}

export function recall(area: Area, name: string): string | null {
  try {
    return globalThis[area].getItem(name);
  } catch {
    return null;
  }
}
