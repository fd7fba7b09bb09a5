import { place } from './live.ts';

export function watchForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('[data-submit-on-change]')) {
    form.querySelector('button')?.remove();
    form.addEventListener('change', () => form.requestSubmit());
  }
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (form.hasAttribute('data-stay')) {
      event.preventDefault();
      void send(form);
    }
  });
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'radio') return;
    const code = target.form?.elements.namedItem('reason_code');
    if (code instanceof HTMLSelectElement) code.required = target.hasAttribute('data-needs-reason');
  });
}

/** Whether somebody has begun to fill in a form there: that must not be taken away. */
export function isDirty(region: HTMLElement): boolean {
  return [...region.querySelectorAll<HTMLInputElement>('textarea, input[type=radio], select')].some((field) => {
    if (field.type === 'radio') return field.checked;
    return field instanceof HTMLSelectElement ? field.selectedIndex > 0 : field.value.trim() !== '';
  });
}

/** Sends without leaving the page, so that zoom and half-written words stay. What fails is sent the plain way, which explains itself. */
async function send(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector('button');
  if (button) button.disabled = true;
  const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const response = await fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } }).catch(
    () => null,
  );
  if (!response?.ok || response.url.includes('/login')) return form.submit();
  form.reset();
  if (button) button.disabled = false;
  const wasFocused = document.activeElement === document.body || form.contains(document.activeElement);
  place(await response.text());
  if (wasFocused && !form.isConnected) document.querySelector<HTMLElement>('.claim-bar button')?.focus();
}
