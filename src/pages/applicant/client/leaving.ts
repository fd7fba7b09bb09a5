import { h } from '../../browser/dom.ts';
import { button } from './elements.ts';
import type { Stage } from './stage.ts';

/** Back and closing ask before they throw away what is under way. */
export class Leaving {
  #isGuarded = false;
  readonly #stage: Stage;
  readonly #goHome: () => void;

  /** @param goHome shows the first screen: where Back has nowhere to go, the page stays open there */
  constructor(stage: Stage, goHome: () => void) {
    this.#stage = stage;
    this.#goHome = goHome;
    addEventListener('popstate', () => this.#onBack());
    addEventListener('beforeunload', (event) => {
      if (stage.screen?.isUnsent) event.preventDefault();
    });
  }

  /** From a click on, as browsers skip an entry that no click has made. */
  guard(): void {
    if (this.#isGuarded) return;
    this.#isGuarded = true;
    history.pushState({ isGuard: true }, '');
  }

  #onBack(): void {
    if (!this.#isGuarded || history.state?.isGuard) return;
    this.#isGuarded = false;
    const { screen } = this.#stage;
    if (!screen?.step || screen.step === 'opening') {
      history.back();
      return;
    }
    this.guard();
    if (screen.back) screen.back();
    else this.#ask();
  }

  #ask(): void {
    const { title, text, stay, leave } = this.#stage.text.leave;
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'leave-title', onclose: () => dialog.remove() },
      h('h2', { id: 'leave-title' }, title),
      h('p', {}, text),
      button(stay, () => dialog.close(), 'primary'),
      button(leave, () => this.#leave(dialog), 'secondary'),
    );
    document.body.append(dialog);
    dialog.showModal();
  }

  #leave(dialog: HTMLDialogElement): void {
    dialog.close();
    this.#isGuarded = false;
    this.#goHome();
    // Past the guard and the page itself.
    history.go(-2);
  }
}
