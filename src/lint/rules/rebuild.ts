import { tokenize } from '../../engine/token.js';
import { indexDefinition } from '../definition.js';
import { readLexemes } from '../lexeme.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { SchemaObject } from '../schema.js';
import type { SqlFile, Step } from '../sql-file.js';

export const rebuild: RuleGroup = {
  rules: [
    {
      id: 'L024',
      severity: 'error',
      title: 'A rebuilt table that lacks an index or trigger which it had',
      why: 'Both went with the old table, without a word.',
      instead: 'Create it again after the rename; or, if it is to go, say so by a DROP before the old table is dropped.',
      isMandatory: false,
    },
    {
      id: 'L026',
      severity: 'warning',
      title: 'A rebuilt AUTOINCREMENT table',
      why: 'The count of ids went with the old table, so ids of deleted rows are given out again.',
      instead:
        "Hand the count over before the DROP: DELETE FROM sqlite_sequence WHERE name = 'new_t'; INSERT INTO sqlite_sequence (name, seq) SELECT 'new_t', seq FROM sqlite_sequence WHERE name = 't';",
      isMandatory: false,
    },
    {
      id: 'L027',
      severity: 'error',
      title: 'A rebuild while a view or trigger names the table',
      why: 'SQLite refuses the rename, because what names the table cannot be read between DROP and RENAME.',
      instead: 'Drop the view or trigger before the rebuild and create it again after it.',
      isMandatory: true,
    },
  ],
  onFailure: (step, { message }) => {
    const { action, file } = step;
    if (action.kind !== 'rename-table' || !file.scratch.isExact || !/^error in (view|trigger)/.test(message)) return [];
    return [{ rule: 'L027', at: action.at, step, why: `SQLite refuses the rename: ${message}.` }];
  },
  atEnd: (file) => file.steps.flatMap((step) => lossesOf(file, step)),
};

/** What is missing at the end because this statement took a table away that is there again. */
function lossesOf(file: SqlFile, step: Step): Remark[] {
  const table = removedTable(step);
  const old = table === undefined ? undefined : file.before.table(table);
  if (!old || !file.schema.table(old.name)) return [];
  const missing = file.before
    .attached(old.name)
    .filter((object) => !isThere(file, old, object) && !isDropped(step, object))
    .map(({ type, name }): Remark => ({ rule: 'L024', at: step, step, why: `The ${type} ${name} went with the old ${old.name}.` }));
  const isCounted = countsIds(old) && !carriesSequence(file);
  return isCounted ? [...missing, { rule: 'L026', at: step, step }] : missing;
}

/** A table that was dropped, or renamed away. */
function removedTable({ action }: Step): string | undefined {
  if (action.kind === 'drop' && action.what === 'TABLE') return action.name;
  return action.kind === 'rename-table' ? action.table : undefined;
}

function isThere({ schema }: SqlFile, table: SchemaObject, { type, name, sql = '' }: SchemaObject): boolean {
  return schema.attached(table.name).some((other) => {
    if (other.type !== type) return false;
    if (other.name.toLowerCase() === name.toLowerCase()) return true;
    return type === 'index' && indexDefinition(other.sql ?? '') === indexDefinition(sql);
  });
}

/** Whether the file drops it by name. */
function isDropped({ file }: Step, { type, name }: SchemaObject): boolean {
  return file.steps.some(
    ({ action }) => action.kind === 'drop' && action.what === type.toUpperCase() && action.name.toLowerCase() === name.toLowerCase(),
  );
}

function countsIds({ sql = '' }: SchemaObject): boolean {
  return readLexemes(sql, tokenize(sql).tokens).some(({ word }) => word === 'AUTOINCREMENT');
}

function carriesSequence(file: SqlFile): boolean {
  return file.steps.some(({ action }) => 'table' in action && action.table.toLowerCase() === 'sqlite_sequence' && action.kind !== 'delete');
}
