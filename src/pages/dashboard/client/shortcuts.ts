import { recall, remember } from '../../browser/storage.ts';

const SWITCH = 'ekyc.shortcuts';
const SEQUENCE_MS = 1_500;
const TOOLS: Record<string, string> = { '+': 'in', '=': 'in', '-': 'out', '0': 'fit', t: 'turn', l: 'large' };

let prefix = '';
let prefixAt = 0;

export function watchKeys(): void {
  const help = document.querySelector<HTMLDialogElement>('#help');
  const button = document.querySelector<HTMLButtonElement>('[data-help]');
  const toggle = document.querySelector<HTMLInputElement>('[data-shortcuts-switch]');
  if (!help || !button || !toggle) return;
  toggle.checked = recall('localStorage', SWITCH) !== 'off';
  toggle.addEventListener('change', () => remember('localStorage', SWITCH, toggle.checked ? 'on' : 'off'));
  button.hidden = false;
  button.addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return submitAround(event);
    if (!toggle.checked || help.open || isTyping(event)) return;
    if (event.key === '?') help.showModal();
    else if (!press(event.key)) return;
    event.preventDefault();
  });
}

function isTyping({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true;
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function submitAround(event: KeyboardEvent): void {
  const form = (event.target as HTMLElement).closest('form');
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function press(key: string): boolean {
  const isSecond = prefix !== '' && Date.now() - prefixAt < SEQUENCE_MS;
  const name = isSecond ? `${prefix} ${key}` : key;
  prefix = key === 'g' && !isSecond ? key : '';
  prefixAt = Date.now();
  if (name === 'j' || name === 'k') return moveRow(name === 'j' ? 1 : -1);
  const tool = TOOLS[name];
  if (tool) return useTool(tool);
  const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]:not(:disabled)`);
  if (!target) return false;
  target.focus();
  if (
    target instanceof HTMLButtonElement ||
    target instanceof HTMLAnchorElement ||
    target instanceof HTMLInputElement
  ) {
    target.click();
  }
  return true;
}

function moveRow(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const index = rows.indexOf(document.activeElement as HTMLElement);
  rows[index === -1 ? (step > 0 ? 0 : rows.length - 1) : index + step]?.focus();
  return rows.length > 0;
}

/** A tool of the document that has the focus, or of the first one. */
function useTool(tool: string): boolean {
  const sheet = document.activeElement?.closest('[data-sheet]') ?? document.querySelector('[data-sheet]');
  const button = sheet?.querySelector<HTMLElement>(`[data-tool="${tool}"]`);
  button?.click();
  return Boolean(button);
}
