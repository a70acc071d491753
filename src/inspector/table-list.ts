import type { Database } from '../index.js';
import { element, patchChildren } from './element.js';
import type { Panel } from './panel.js';
import { readTables, type SchemaTable } from './schema-table.js';
import { visibleText } from './visible-text.js';

/** The tables with their row counts; `select` is called with the one that is chosen. */
export function tableList(database: Database, selected: () => string, select: (table: string) => void): Panel {
  const list = element('ul', { class: 'tables' });
  const node = element('nav', { 'aria-labelledby': 'tables-title' }, element('h2', { id: 'tables-title' }, 'Tables'), list);
  return {
    node,
    update: () =>
      patchChildren(
        list,
        readTables(database).map((table) => tableItem(table, table.name === selected(), select)),
      ),
  };
}

function tableItem({ name, rowCount }: SchemaTable, isSelected: boolean, select: (table: string) => void): HTMLElement {
  const count = rowCount === undefined ? 'unreadable' : rowCount.toLocaleString('en');
  const words = rowCount === 1 ? 'row' : 'rows';
  const button = element(
    'button',
    { type: 'button', 'data-key': name, 'aria-current': isSelected ? 'true' : undefined, click: () => select(name) },
    element('span', { class: 'name' }, visibleText(name)),
    element('span', { class: 'count', title: rowCount === undefined ? undefined : `${count} ${words}` }, count),
  );
  return element('li', {}, button);
}
