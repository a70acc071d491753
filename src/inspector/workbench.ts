import type { Change, Database } from '../index.js';
import { backupsPanel } from './backups-panel.js';
import { banner } from './banner.js';
import { element } from './element.js';
import { filePanel } from './file-panel.js';
import { historyPanel } from './history-panel.js';
import { rowsPanel } from './rows-panel.js';
import { readTables } from './schema-table.js';
import { statusPanel } from './status-panel.js';
import { tableList } from './table-list.js';
import { taskForm } from './task-form.js';

/** The page of an open database. */
export interface Workbench {
  readonly node: HTMLElement;
  /** Ends the watching of the database. */
  stop(): void;
}

/** All parts of the page, brought up to date with each commit of any tab and each change of status. */
export function workbench(database: Database): Workbench {
  let lastChange: Change | undefined;
  let selected = firstTable(database);
  const top = banner(database);
  const form = taskForm(database);
  const rows = rowsPanel(database, (taskId) => void form.edit(taskId));
  const tables = tableList(
    database,
    () => selected,
    (table) => {
      selected = table;
      rows.show(table);
      update();
      rows.node.scrollIntoView({ block: 'nearest' });
    },
  );
  const status = statusPanel(database, () => lastChange);
  const history = historyPanel(database);
  const backups = backupsPanel(database);
  const files = filePanel(database);
  const panels = [status, tables, rows, form, history, backups, files];
  const update = () => {
    let failure: unknown;
    for (const panel of panels) {
      try {
        panel.update();
      } catch (thrown) {
        failure ??= thrown;
      }
    }
    top.show(failure);
  };
  rows.show(selected);
  update();
  const soon = oncePerFrame(update);
  const ends = [
    database.subscribe('all', (change) => {
      lastChange = change;
      soon();
    }),
    database.onStatusChange(soon),
  ];
  const title = element('div', {}, element('h1', {}, database.name), element('p', { class: 'quiet' }, 'One database, live in every tab.'));
  return {
    node: element(
      'div',
      { class: 'workbench' },
      element('header', { class: 'top' }, title, files.node),
      top.node,
      element('div', { class: 'side' }, status.node, tables.node),
      element('main', {}, rows.node, form.node, history.node, backups.node),
    ),
    stop: () => {
      for (const end of ends) end();
    },
  };
}

function firstTable(database: Database): string {
  const names = readTables(database).map(({ name }) => name);
  return names.includes('tasks') ? 'tasks' : (names[0] ?? '');
}

/** Many commits in a row are shown once; a hidden page waits until it is seen. */
function oncePerFrame(update: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      update();
    });
  };
}
