type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | EventListener;

/** An element with attributes, listeners (`onclick: …`, added by `addEventListener`, as the policy allows no inline ones) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A drawing from markup of our own; decoration, so hidden from assistive technology. */
export function drawing(viewBox: string, markup: string): Element {
  const template = document.createElement('template');
  template.innerHTML = `<svg viewBox="${viewBox}" aria-hidden="true" focusable="false">${markup}</svg>`;
  return template.content.firstElementChild as Element;
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`No #${id}`);
  return element;
}

/** `Promise.withResolvers`, which phones of 2023 lack. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
