/** Attributes by name; a function listens to the event of that name; false and undefined leave the attribute out. */
export type Props = Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>>;

/** A new element. Text is only ever added as text nodes, so what a database holds cannot become markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== false && value !== undefined) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

/**
 * Makes `children` the children of `parent`, and leaves alone those that already look so: their focus and selection stay.
 * Focus within one that is replaced moves to the new element of the same `data-key`.
 */
export function patchChildren(parent: Element, children: readonly Element[]): void {
  const focusedKey = parent.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : undefined;
  children.forEach((child, index) => {
    const old = parent.children[index];
    if (!old) parent.append(child);
    else if (!old.isEqualNode(child)) old.replaceWith(child);
  });
  while (parent.children.length > children.length) parent.lastElementChild?.remove();
  if (focusedKey && !parent.contains(document.activeElement)) focusByKey(parent, focusedKey);
}

function focusByKey(parent: Element, key: string): void {
  for (const node of parent.querySelectorAll<HTMLElement>('[data-key]')) if (node.dataset['key'] === key) node.focus();
}
