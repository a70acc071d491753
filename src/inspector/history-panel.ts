import type { Database, HistoryEntry } from '../index.js';
import { element, patchChildren } from './element.js';
import type { Panel } from './panel.js';
import { localTime } from './shown-measure.js';
import { visibleText } from './visible-text.js';

/** The migrations that made the database, newest first. */
export function historyPanel(database: Database): Panel {
  const body = element('tbody');
  const heads = ['Version', 'File', 'Applied', 'Took'].map((text) => element('th', { scope: 'col' }, text));
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
  const scroller = element('div', { class: 'scroller', tabindex: 0, role: 'region', 'aria-labelledby': 'history-title' }, table);
  const empty = element('p', { class: 'quiet' }, 'None: the database was made without a chain.');
  const node = element(
    'section',
    { 'aria-labelledby': 'history-title' },
    element('h2', { id: 'history-title' }, 'Migrations'),
    empty,
    scroller,
  );
  return {
    node,
    update: () => {
      const { history } = database;
      patchChildren(body, history.map(entryRow).reverse());
      empty.hidden = history.length > 0;
      scroller.hidden = history.length === 0;
    },
  };
}

function entryRow({ version, name, appliedAt, durationMs }: HistoryEntry): HTMLElement {
  return element(
    'tr',
    {},
    element('td', { class: 'number' }, String(version)),
    element('td', { class: 'code' }, visibleText(name)),
    element('td', {}, element('time', { datetime: appliedAt }, localTime(appliedAt))),
    element('td', { class: 'number' }, `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`),
  );
}
