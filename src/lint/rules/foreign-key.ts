import { columnDefinition } from '../definition.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { SqlFile, Step } from '../sql-file.js';
import { type ForeignKey, foreignKeysOf, isUniqueKey, leadsIndex } from '../table-keys.js';

export const foreignKey: RuleGroup = {
  rules: [
    {
      id: 'L033',
      severity: 'warning',
      title: 'A foreign key without an index, or to a table or column that cannot be referred to',
      why: 'Without an index, each DELETE or UPDATE of a parent reads the whole table; without a unique parent, each change fails.',
      instead: 'CREATE INDEX on the columns of the foreign key; refer to the primary key or to UNIQUE columns of a table that is there.',
      isMandatory: false,
    },
  ],
  // What is missing in the middle of a file may be made by its next statement.
  atEnd: (file) => file.steps.flatMap((step) => remarksOn(file, step)),
};

function remarksOn(file: SqlFile, step: Step): Remark[] {
  const { action } = step;
  if (action.kind !== 'add-column' && !(action.kind === 'create-table' && file.isCreation(step))) return [];
  const table = file.finalName(action.table, step);
  if (table === undefined) return [];
  return foreignKeysOf(file.scratch, table).flatMap((key) => {
    const at = columnDefinition(step, key.columns[0] ?? '');
    // What another statement of the file added is that one's.
    return at ? faultsOf(file, table, key).map((why) => ({ rule: 'L033', at, step, why })) : [];
  });
}

function faultsOf(file: SqlFile, table: string, key: ForeignKey): string[] {
  const columns = key.columns.join(', ');
  const faults: string[] = [];
  if (!leadsIndex(file.scratch, table, key.columns))
    faults.push(`No index begins with ${columns}, so each DELETE or UPDATE of a row of ${key.parent} reads all of ${table}.`);
  if (!file.schema.table(key.parent)) {
    // It may come from code that was not run here.
    if (file.scratch.isExact) faults.push(`${key.parent} is no table, so each change of ${table} fails.`);
  } else if (!isUniqueKey(file.scratch, key)) {
    faults.push(`What ${columns} refers to in ${key.parent} is neither its primary key nor UNIQUE, so each change of ${table} fails.`);
  }
  return faults;
}
