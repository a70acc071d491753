import { columnDefinition } from '../definition.js';
import type { RuleGroup } from '../rule.js';
import { literal } from '../sql-text.js';

export const primaryKey: RuleGroup = {
  rules: [
    {
      id: 'L032',
      severity: 'warning',
      title: 'A PRIMARY KEY that is neither INTEGER nor NOT NULL',
      why: 'SQLite accepts NULL in such a key, in any number of rows.',
      instead: 'Add NOT NULL to the column.',
      isMandatory: false,
    },
  ],
  afterStatement: (step) => {
    const { action, file } = step;
    if (action.kind !== 'create-table' || !file.isCreation(step)) return [];
    const key = file.scratch.columns(action.table).filter((column) => column.key > 0 && !column.isNotNull);
    if (key.length === 0) return [];
    // The key that is the rowid itself has no index, and is never NULL.
    const indexed = file.scratch.rows(`SELECT 1 FROM pragma_index_list(${literal(action.table)}) WHERE origin = 'pk'`);
    if (indexed.length === 0) return [];
    return key.map(({ name }) => ({
      rule: 'L032',
      at: columnDefinition(step, name) ?? step,
      step,
      why: `${name} accepts NULL, in any number of rows.`,
    }));
  },
};
