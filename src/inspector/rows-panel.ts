import type { Database, SqlValue } from '../index.js';
import { element, patchChildren } from './element.js';
import type { Panel } from './panel.js';
import { readRows, readTables } from './schema-table.js';
import { valueCell } from './value-cell.js';
import { visibleText } from './visible-text.js';

const ROWS_AT_ONCE = 50;

/** The rows of one table, newest first. */
export interface RowsPanel extends Panel {
  /** Chooses another table, from its first row, for the next update. */
  show(table: string): void;
}

/** `edit` is called with the id of the task whose row asks for it. */
export function rowsPanel(database: Database, edit: (taskId: SqlValue) => void): RowsPanel {
  let table = '';
  let limit = ROWS_AT_ONCE;
  const title = element('h2', { id: 'rows-title' });
  const summary = element('p', { class: 'quiet', role: 'status' });
  const head = element('thead');
  const body = element('tbody');
  const scroller = element(
    'div',
    { class: 'scroller tall', tabindex: 0, role: 'region', 'aria-labelledby': 'rows-title' },
    element('table', {}, head, body),
  );
  const showMore = () => {
    limit += ROWS_AT_ONCE;
    panel.update();
  };
  const more = element('button', { type: 'button', click: showMore }, `${ROWS_AT_ONCE} more rows`);
  const panel: RowsPanel = {
    node: element('section', { 'aria-labelledby': 'rows-title' }, element('header', {}, title, summary), scroller, more),
    show: (name) => {
      table = name;
      limit = ROWS_AT_ONCE;
      scroller.scrollTo(0, 0);
    },
    update: () => {
      const isThere = readTables(database).some(({ name }) => name === table);
      const { columns, rows, rowCount } = isThere ? readRows(database, table, limit) : { columns: [], rows: [], rowCount: 0 };
      // Only once everything is read: what a failure leaves standing is then of one table.
      title.textContent = visibleText(table);
      const key = table === 'tasks' ? columns.indexOf('task_id') : -1;
      summary.textContent = isThere ? summaryOf(rows.length, rowCount) : 'There is no such table any more. Choose another one.';
      patchChildren(head, isThere ? [headRow(columns, key >= 0)] : []);
      patchChildren(
        body,
        rows.map((row) => bodyRow(columns, row, key < 0 ? undefined : editButton(row[key] ?? null, edit))),
      );
      scroller.hidden = rowCount === 0;
      more.hidden = rows.length >= rowCount;
    },
  };
  return panel;
}

function summaryOf(shown: number, rowCount: number): string {
  if (rowCount === 0) return 'No rows yet.';
  if (shown === rowCount) return `${rowCount.toLocaleString('en')} ${rowCount === 1 ? 'row' : 'rows'}`;
  return `The newest ${shown.toLocaleString('en')} of ${rowCount.toLocaleString('en')} rows`;
}

function headRow(columns: readonly string[], hasButton: boolean): HTMLElement {
  const heads = columns.map((column) => element('th', { scope: 'col' }, visibleText(column)));
  if (hasButton) heads.unshift(element('th', { scope: 'col', class: 'pinned' }, element('span', { class: 'unseen' }, 'Edit')));
  return element('tr', {}, ...heads);
}

function bodyRow(columns: readonly string[], row: readonly SqlValue[], button: HTMLElement | undefined): HTMLElement {
  const cells = columns.map((column, index) => valueCell(column, row[index] ?? null));
  return element('tr', {}, ...(button ? [element('td', { class: 'pinned' }, button)] : []), ...cells);
}

function editButton(taskId: SqlValue, edit: (taskId: SqlValue) => void): HTMLElement {
  const name = visibleText(String(taskId));
  return element('button', { type: 'button', 'data-key': name, 'aria-label': `Edit task ${name}`, click: () => edit(taskId) }, 'Edit');
}
