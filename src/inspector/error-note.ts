import { element } from './element.js';
import { visibleText } from './visible-text.js';

/** An error by its name and message, and what more there is to do. */
export function errorNote(thrown: unknown, advice?: string): HTMLElement {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const note = element('div', { class: 'notice error' }, element('strong', {}, error.name), element('p', {}, visibleText(error.message)));
  if (advice) note.append(element('p', {}, advice));
  return note;
}
