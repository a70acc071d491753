import type { Step } from './sql-file.js';
import { quoted } from './sql-text.js';

/**
 * A statement that makes SQLite compile what a CREATE or ALTER left as text: a view's query, a trigger's body, a default.
 * To be called once the object is there; undefined where nothing is left as text.
 */
export function exercise({ action, file }: Step): string | undefined {
  switch (action.kind) {
    case 'create-view':
      return `SELECT * FROM ${quoted(action.view)}`;
    case 'create-table':
    case 'add-column':
      return `INSERT INTO ${quoted(action.table)} DEFAULT VALUES`;
    case 'create-trigger': {
      const table = quoted(action.table);
      if (action.event === 'INSERT') return `INSERT INTO ${table} DEFAULT VALUES`;
      if (action.event === 'DELETE') return `DELETE FROM ${table}`;
      const column = action.columns[0] ?? file.scratch.columns(action.table).find(({ isHidden }) => !isHidden)?.name;
      return column === undefined ? undefined : `UPDATE ${table} SET ${quoted(column)} = ${quoted(column)}`;
    }
    default:
      return undefined;
  }
}
