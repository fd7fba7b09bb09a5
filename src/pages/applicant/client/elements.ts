/** The small parts that screens are made of. */
import { h } from '../../browser/dom.ts';
import type { Text } from './text.ts';

export const button = (
  label: string,
  onclick: () => void,
  className = 'secondary',
  more: Record<string, string> = {},
) => h('button', { type: 'button', class: className, onclick, ...more }, label);
export const lead = (text: string) => h('p', { class: 'lead' }, text);
export const list = (items: string[]) => h('ul', { class: 'tips' }, ...items.map((item) => h('li', {}, item)));
export const actions = (...children: (Node | false | null)[]) => h('div', { class: 'actions' }, ...children);
/** Sticks to the lower edge of the window while its own place is further down. */
export const mainAction = (child: Node) => h('div', { class: 'main-action' }, child);
/** Empty until something goes wrong; then assistive technology reads it out. */
export const alertBox = () => h('p', { class: 'alert', role: 'alert' });
export const reasonBox = (reason: string) => h('blockquote', { class: 'reason' }, reason);

/** For a browser inside of another app, which often has no camera: the link, to be opened elsewhere. */
export function handOn(text: Text, address: string): HTMLElement {
  const field = h('input', { readonly: true, value: address, 'aria-label': text.handOn.label, hidden: true });
  const state = h('p', { class: 'fine', role: 'status' });
  const copy = button(text.handOn.copy, async () => {
    try {
      await navigator.clipboard.writeText(address);
      state.textContent = text.handOn.copied;
    } catch {
      field.hidden = false;
      field.select();
      state.textContent = text.handOn.byHand;
    }
  });
  return h('section', { class: 'hand-on' }, h('p', { class: 'fine' }, text.handOn.hint), copy, field, state);
}
