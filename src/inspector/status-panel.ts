import { type Change, type Database, describeStatus, type Status } from '../index.js';
import { element, patchChildren } from './element.js';
import type { Panel } from './panel.js';
import { visibleText } from './visible-text.js';

const PLACES: Readonly<Record<Status['persistence'], string>> = {
  indexeddb: 'IndexedDB of this browser',
  memory: 'memory, until the page ends',
  file: 'a file',
};

const COPIES: Readonly<Record<Status['mirror']['place'], string>> = {
  bucket: 'in a storage bucket of its own',
  opfs: 'in files of this origin',
  none: 'none: there is no place for one here',
  off: 'none: turned off',
};

/** Where the database stands and is kept, and what changed last. */
export function statusPanel(database: Database, lastChange: () => Change | undefined): Panel {
  const list = element('dl');
  const live = element('div', { role: 'status' }, list);
  const change = element('p', { class: 'quiet' });
  const node = element('section', { 'aria-labelledby': 'status-title' }, element('h2', { id: 'status-title' }, 'Database'), live, change);
  return {
    node,
    update: () => {
      patchChildren(list, entries(database).map(entry));
      change.textContent = describeChange(lastChange());
    },
  };
}

function entries(database: Database): [term: string, description: string, kind?: string][] {
  const { status } = database;
  const { state, persistence, isPersistent, mirror } = status;
  // A closed database has no schema to ask for.
  const version = state === 'closed' ? 'unknown' : `version ${database.schemaVersion}`;
  return [
    ['State', state, `state ${state}`],
    ['Schema', version],
    ['Kept in', PLACES[persistence]],
    ['Persistent', describePromise(isPersistent)],
    ['Copy', COPIES[mirror.place]],
    ['Saved', visibleText(describeStatus(status))],
  ];
}

function entry([term, description, kind]: [string, string, string?]): HTMLElement {
  return element('div', {}, element('dt', {}, term), element('dd', { class: kind }, description));
}

function describePromise(isPersistent: boolean | undefined): string {
  if (isPersistent === undefined) return 'not known yet';
  return isPersistent ? 'yes, promised by the browser' : 'not promised: may be cleared when space runs out';
}

function describeChange(change: Change | undefined): string {
  if (!change) return 'Nothing has changed since this page opened.';
  const who = change.origin === 'own' ? 'this tab' : 'another tab';
  const what = change.tables === 'all' ? 'everything' : change.tables.map(visibleText).join(', ');
  return `Last change: ${what}, by ${who} (commit ${change.seq}).`;
}
