/** A session ends after half an hour without activity: reading and zooming are activity, though they ask the server for nothing. */
const EVERY_MS = 60_000;

let reportedAt = Date.now();
let report: number | undefined;

export function keepSessionAlive(): void {
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, touch, { passive: true });
}

/** A late report is better than none: the last activity before a long reading counts too. */
function touch(): void {
  if (report === undefined) report = setTimeout(send, Math.max(0, reportedAt + EVERY_MS - Date.now()));
}

function send(): void {
  report = undefined;
  reportedAt = Date.now();
  fetch('/dashboard/session').then(
    ({ status }) => status === 401 && goToLogin(),
    () => {},
  );
}

/** Personal data leaves the screen together with the session. */
export function goToLogin(): void {
  const here = document.querySelector<HTMLElement>('[data-connection]')?.dataset.href ?? '/dashboard';
  location.replace(`/dashboard/login?${new URLSearchParams({ next: here })}`);
}
