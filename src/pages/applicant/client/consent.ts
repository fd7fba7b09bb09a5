/** What the level asks the applicant to agree to, before the first picture. */
import { h } from '../../browser/dom.ts';
import type { Applicant } from './api.ts';
import { alertBox, button, mainAction } from './elements.ts';
import type { Screen } from './stage.ts';
import type { Text } from './text.ts';

type Asked = NonNullable<Applicant['consent']>;

export function isConsentDue({ consent: asked }: Applicant): boolean {
  return asked !== null && asked.given_at === null;
}

/** The first of these languages that has a text, by itself or without its region. Without any: English, or the first text. */
function localeOf({ text }: Asked, wanted: readonly (string | null)[]): string {
  const candidates = wanted.flatMap((locale) => (locale ? [locale, locale.split('-')[0] ?? ''] : []));
  return [...candidates, 'en'].find((locale) => text[locale]) ?? Object.keys(text)[0] ?? '';
}

/** @param give told the language of the text that is shown */
export function consent(
  text: Text,
  asked: Asked,
  wanted: readonly (string | null)[],
  give: (locale: string, alert: HTMLElement) => void,
): Screen {
  const words = text.consent;
  const locale = localeOf(asked, wanted);
  const alert = alertBox();
  alert.id = 'consent-alert';
  const box = h('input', { type: 'checkbox', id: 'consent', required: true, 'aria-describedby': alert.id });
  const goOn = () => {
    if (box.checked) return give(locale, alert);
    alert.textContent = words.needed;
    box.focus();
  };
  return {
    title: words.title,
    step: 'opening',
    content: [
      h('p', { class: 'consent', lang: locale }, asked.text[locale]),
      h('p', {}, h('a', { href: asked.url, target: '_blank', rel: 'noopener noreferrer' }, words.link)),
      h('label', { class: 'agree', for: box.id }, box, h('span', {}, words.agree)),
      alert,
      mainAction(button(text.continue, goOn, 'primary')),
    ],
  };
}
