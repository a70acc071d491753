import type { RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

/** What SQLite says of a column that it does not add to a table with a row in it, by rule. */
const RULE_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^Cannot add a NOT NULL column|^NOT NULL constraint failed/, 'L010'],
  [/^Cannot add a column with non-constant default/, 'L011'],
  [/^Cannot add a (UNIQUE|PRIMARY KEY) column/, 'L012'],
  [/^Cannot add a REFERENCES column|^cannot add a STORED column/, 'L013'],
  [/^CHECK constraint failed/, 'L014'],
];
const DATA_DEPENDENT = 'It works on the empty table of a new database and fails on a table with rows.';

export const addColumn: RuleGroup = {
  rules: [
    {
      id: 'L010',
      severity: 'error',
      title: 'ADD COLUMN that is NOT NULL and has no constant default',
      why: DATA_DEPENDENT,
      instead: 'Give it a constant default, or let it be NULL and fill it by an UPDATE.',
      isMandatory: false,
    },
    {
      id: 'L011',
      severity: 'error',
      title: 'ADD COLUMN with a default of CURRENT_TIMESTAMP or of an expression',
      why: DATA_DEPENDENT,
      instead: 'Add it without a default and fill it by an UPDATE; to have the default for new rows, rebuild the table.',
      isMandatory: false,
    },
    {
      id: 'L012',
      severity: 'error',
      title: 'ADD COLUMN that is UNIQUE or PRIMARY KEY',
      why: 'SQLite never adds such a column.',
      instead: 'Add the column without it and create a UNIQUE index, or rebuild the table.',
      isMandatory: true,
    },
    {
      id: 'L013',
      severity: 'error',
      title: 'ADD COLUMN that is STORED, or REFERENCES with a default',
      why: 'SQLite refuses it on a table with rows; or, while foreign keys are off as in a migration, the rows refer to what may not be there.',
      instead: 'Make a generated column VIRTUAL; let a column that REFERENCES be NULL by default and fill it by an UPDATE.',
      isMandatory: false,
    },
    {
      id: 'L014',
      severity: 'warning',
      title: 'ADD COLUMN with a CHECK that its default does not pass',
      why: DATA_DEPENDENT,
      instead: 'Choose a default that passes, or let the CHECK accept NULL.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, file } = step;
    if (action.kind !== 'add-column') return [];
    const message = refusedWithRow(step);
    const [, rule] = RULE_BY_MESSAGE.find(([pattern]) => pattern.test(message)) ?? [];
    // No user has rows in a table that this file makes.
    if (rule === undefined || (rule !== 'L012' && file.isFresh(action.table))) return [];
    return [{ rule, at: action.at, step }];
  },
};

/** What SQLite says when a table of the same columns has one row, of NULLs. Foreign keys are on, or it would not look at L013. */
function refusedWithRow({ action, file, text }: Step): string {
  if (action.kind !== 'add-column') return '';
  const columns = file.scratch.columns(action.table).map(({ name }) => name);
  return file.scratch.sandbox.addColumn(action.table, columns, text);
}
