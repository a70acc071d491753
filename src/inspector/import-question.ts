import type { Database, ImportOptions } from '../index.js';
import type { Question } from './dialog.js';
import { element } from './element.js';
import { visibleText } from './visible-text.js';

/** Where a SQLite file keeps its user_version: https://www.sqlite.org/fileformat2.html#user_version_number */
const USER_VERSION_AT = 60;

/** What is asked before a file replaces the database, and what import() needs of the answer. */
export interface ImportQuestion {
  readonly question: Question;
  readonly options: () => ImportOptions;
}

export function importQuestion(database: Database, fileName: string, bytes: Uint8Array): ImportQuestion {
  const text = `${visibleText(fileName)} replaces all of ${database.name}, in this tab and in every other one. What is here now is gone afterwards: export it first if you may want it back.`;
  const question = { title: 'Replace everything?', body: [element('p', {}, text)], confirm: 'Replace everything' };
  if (userVersion(bytes) !== 0) return { question, options: () => ({}) };
  // Made without a chain: its owner may know better than its tables show which version it corresponds to.
  const head = database.schemaVersion;
  const versions = Array.from({ length: head }, (_, index) => element('option', { value: head - index }, String(head - index)));
  const select = element('select', { id: 'import-version' }, element('option', { value: '' }, 'found out from its tables'), ...versions);
  const label = element('label', { for: 'import-version' }, 'The file names no schema version. It is');
  return {
    question: { ...question, body: [...question.body, element('div', { class: 'field' }, label, select)] },
    options: () => (select.value === '' ? {} : { schemaVersion: Number(select.value) }),
  };
}

/** What is asked when a file has triggers, views and the like that are not the database's own. */
export function foreignQuestion(fileName: string, foreign: readonly string[]): Question {
  const text = `${visibleText(fileName)} has code that this database does not have. It would run by itself, on all that is written later. It can be imported without:`;
  const list = element('ul', { class: 'foreign' }, ...foreign.map((label) => element('li', {}, visibleText(label))));
  return { title: 'Import without foreign code?', body: [element('p', {}, text), list], confirm: 'Import without it' };
}

/** Undefined for bytes too short to have one: import() says what is wrong with those. */
function userVersion(bytes: Uint8Array): number | undefined {
  if (bytes.length < USER_VERSION_AT + 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(USER_VERSION_AT);
}
