import { byId, h } from '../../browser/dom.ts';
import { recall, remember } from '../../browser/storage.ts';
import { LANGUAGES, type Language, languageOf } from '../languages.ts';
import type { Applicant } from './api.ts';
import { handOn } from './elements.ts';
import type { Plan, StepName, StepState } from './plan.ts';
import { nameOf, type Text, textIn } from './text.ts';

export interface Screen {
  title: string;
  /** Decoration over the title. */
  above?: Node;
  content: Node[];
  /** The step that the list of steps marks; `null`: no list, as nothing is to be done. */
  step?: StepName | 'opening' | null;
  /** The screen holds a camera, a file or an upload: a change of language would throw that away. */
  isBusy?: boolean;
  /** Holds what is not sent yet: the browser asks before it closes the page. */
  isUnsent?: boolean;
  /** Fills the window. */
  isFull?: boolean;
  /** What the browser's Back does here. Without it Back asks before it leaves. */
  back?: () => void;
  leave?: () => void;
}
export type Render = (text: Text) => Screen;

const LANGUAGE_KEY = 'ekyc-language';

/** Shows one screen at a time, says what changed, and keeps the language. */
export class Stage {
  #language: Language;
  #isChosen: boolean;
  #render: Render | null = null;
  #screen: Screen | null = null;
  readonly #select: HTMLSelectElement;
  readonly #label: HTMLElement;
  applicant: Applicant | null = null;
  /** The link to hand on, for a browser from which applicants may have to move to another one. */
  address: string | null = null;
  plan: Plan | null = null;

  constructor() {
    const chosen = languageOf(recall('sessionStorage', LANGUAGE_KEY));
    this.#isChosen = chosen !== null;
    this.#language = chosen ?? languageOf(document.documentElement.lang) ?? 'en';
    this.#select = h(
      'select',
      { id: 'language', onchange: () => this.#choose(this.#select.value) },
      ...Object.entries(LANGUAGES).map(([value, name]) => h('option', { value, lang: value }, name)),
    );
    this.#label = h('label', { for: 'language' });
    byId('top').append(this.#label, this.#select);
    this.#speak();
  }

  get screen(): Screen | null {
    return this.#screen;
  }

  get text(): Text {
    return textIn(this.#language);
  }

  /** In which to show what others have written: the chosen language, or the profile's, which may be none of ours. */
  get locales(): (string | null)[] {
    return [this.#isChosen ? null : (this.applicant?.locale ?? null), this.#language];
  }

  /** The profile's language, unless the applicant has chosen one. */
  prefer(locale: string | null): void {
    const language = languageOf(locale);
    if (!language || this.#isChosen || language === this.#language) return;
    this.#language = language;
    this.#speak();
  }

  /** `moveFocus` puts the focus on the new heading, so that a screen reader begins there. Not for what the page shows by itself at the start. */
  show(render: Render, { moveFocus = true } = {}): void {
    this.#screen?.leave?.();
    this.#render = render;
    const screen = render(this.text);
    this.#screen = screen;
    const heading = h('h1', { tabindex: -1 }, screen.title);
    const isAsking = Boolean(screen.step) && !screen.isBusy;
    byId('main').replaceChildren(
      ...(screen.above ? [screen.above] : []),
      heading,
      ...screen.content,
      ...(this.address && isAsking ? [handOn(this.text, this.address)] : []),
    );
    document.body.classList.toggle('full', screen.isFull ?? false);
    document.title = screen.title;
    this.#select.disabled = screen.isBusy ?? false;
    this.#showSteps(screen.step ?? null);
    if (!moveFocus) return;
    scrollTo({ top: 0 });
    heading.focus({ preventScroll: true });
  }

  announce(message: string): void {
    byId('polite').textContent = message;
  }

  #choose(value: string): void {
    this.#language = languageOf(value) ?? 'en';
    this.#isChosen = true;
    remember('sessionStorage', LANGUAGE_KEY, this.#language);
    this.#speak();
    if (this.#render) this.show(this.#render, { moveFocus: false });
  }

  #speak(): void {
    document.documentElement.lang = this.#language;
    this.#select.value = this.#language;
    this.#label.textContent = this.text.language;
  }

  #showSteps(current: StepName | 'opening' | null): void {
    const { plan, applicant, text } = this;
    const nav = byId('steps');
    nav.hidden = !plan || !applicant || current === null;
    nav.replaceChildren();
    if (!plan || !applicant || current === null) return;
    const item = (name: StepName, label: string, state: StepState | 'last') => {
      const isCurrent = name === current;
      const words = isCurrent && state !== 'done' ? text.state.current : text.state[state];
      return h(
        'li',
        { class: state, 'aria-current': isCurrent && 'step' },
        h('span', { class: 'label' }, label),
        h('span', { class: 'state' }, words),
      );
    };
    const missing = plan.missing.map((kind) => nameOf(text, applicant, kind));
    nav.setAttribute('aria-label', text.stepsLabel);
    nav.append(
      h(
        'ol',
        {},
        ...plan.kinds.map((kind) => item(kind, nameOf(text, applicant, kind), plan.stateOf(kind))),
        item('review', text.steps.review, 'last'),
      ),
      h('p', { class: 'missing' }, missing.length ? text.stillMissing(missing.join(', ')) : text.nothingMissing),
    );
  }
}
