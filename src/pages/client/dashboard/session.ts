/** A session ends after half an hour without activity: reading and zooming are activity, though they ask the server for nothing. */
const EVERY_MS = 5 * 60_000;

let lastAt = Date.now();

export function keepSessionAlive(): void {
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, touch, { passive: true });
}

function touch(): void {
  if (Date.now() - lastAt < EVERY_MS) return;
  lastAt = Date.now();
  fetch('/dashboard/session').then(
    ({ status }) => status === 401 && goToLogin(),
    () => {},
  );
}

/** What is on the screen is personal data: it goes with the session. */
export function goToLogin(): void {
  const here = document.querySelector<HTMLElement>('[data-connection]')?.dataset.href ?? '/dashboard';
  location.replace(`/dashboard/login?${new URLSearchParams({ next: here })}`);
}
