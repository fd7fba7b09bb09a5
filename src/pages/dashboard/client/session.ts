/** A session ends after half an hour without activity: reading and zooming are activity, though they ask the server for nothing. */
const EVERY_MS = 60_000;

let reportedAt = Date.now();
let report: number | undefined;

export function keepSessionAlive(): void {
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, touch, { passive: true });
}

/** Reported a minute late rather than not at all: what comes last before a long reading counts too. */
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

/** What is on the screen is personal data: it goes with the session. */
export function goToLogin(): void {
  const here = document.querySelector<HTMLElement>('[data-connection]')?.dataset.href ?? '/dashboard';
  location.replace(`/dashboard/login?${new URLSearchParams({ next: here })}`);
}
