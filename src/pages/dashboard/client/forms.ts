import { h } from '../../browser/dom.ts';
import { forgetDraft } from './drafts.ts';
import { refresh } from './live.ts';
import { place } from './place.ts';
import { goToLogin } from './session.ts';

const UNANSWERED =
  'No answer came, so this may not have been recorded. What you wrote is still here: once the page is live again, look whether it arrived before you send it again.';

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

/**
 * Sends without leaving the page, so that zoom and half-written words stay. A form that the server refuses is sent again the plain way:
 * its page explains the refusal. A form that may have been recorded is never sent twice.
 */
async function send(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector('button');
  if (button) button.disabled = true;
  form.querySelector('[role=alert]')?.remove();
  const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const response = await fetch(form.action, { method: 'POST', body: fields, headers: { accept: 'text/html' } }).catch(
    () => null,
  );
  const page = response?.ok ? await response.text().catch(() => null) : null;
  if (button) button.disabled = false;
  const wasFocused = document.activeElement === document.body || form.contains(document.activeElement);
  if (response?.status === 401 || response?.url.includes('/login')) goToLogin();
  else if (response?.ok || response?.redirected) {
    form.reset();
    forgetDraft(form);
    if (page === null) refresh();
    else place(page);
    if (wasFocused && !form.isConnected) document.querySelector<HTMLElement>('.claim-bar button')?.focus();
  } else if (response && response.status < 500) form.submit();
  else {
    form.append(h('p', { class: 'error', role: 'alert' }, UNANSWERED));
    if (document.activeElement === document.body) button?.focus();
  }
}
