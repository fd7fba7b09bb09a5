import type { NavigationPage } from './navigation.ts';

export interface Shortcut {
  keys: string[];
  does: string;
}

export const SHOW_HELP: Shortcut = { keys: ['?'], does: 'Show this list' };

export function goTo({ name, letter }: NavigationPage): Shortcut {
  return { keys: [`g ${letter}`], does: `Go to the ${name.toLowerCase()}` };
}

/** Single keys get in the way of speech input, so they can be switched off (WCAG 2.1.4). */
export function Help({ shortcuts }: { shortcuts: Shortcut[] }) {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <div class="title">
        <h2 id="help-title">Keyboard shortcuts</h2>
        <form method="dialog">
          <button type="submit" class="quiet">
            Close
          </button>
        </form>
      </div>
      <dl class="keys">
        {shortcuts.map(({ keys, does }) => (
          <div>
            <dt>{keys.flatMap((key) => key.split(' ').map((part) => <kbd>{part}</kbd>))}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" data-shortcuts-switch checked /> Use single-key shortcuts
      </label>
    </dialog>
  );
}
