import type { SqlValue } from '../index.js';
import { element } from './element.js';
import { showValue } from './shown-value.js';

/** Characters up to which a value stays on one line, and up to which it needs no wide column. */
const MOST_SHORT = 24;
const MOST_MIDDLING = 40;

/** The table cell of one value. */
export function valueCell(column: string, value: SqlValue): HTMLTableCellElement {
  const { kind, parts, note } = showValue(column, value);
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  const cell = element('td', {
    class: `value ${kind} ${sizeOf(length)}`,
    dir: kind === 'text' ? 'auto' : undefined,
  });
  if (kind === 'masked') cell.setAttribute('aria-label', 'hidden');
  for (const { text, isEscape } of parts) cell.append(isEscape ? element('span', { class: 'escape' }, text) : text);
  if (note) cell.append(' ', element('span', { class: 'note' }, note));
  return cell;
}

function sizeOf(length: number): 'short' | 'middling' | 'long' {
  if (length <= MOST_SHORT) return 'short';
  return length <= MOST_MIDDLING ? 'middling' : 'long';
}
