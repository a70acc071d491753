import { columnDefinition } from '../definition.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { Column } from '../scratch.js';
import type { Step } from '../sql-file.js';
import { literal } from '../sql-text.js';

/** Types whose NUMERIC affinity is what they say. */
const NUMERIC = /^(NUM|DEC|FIXED|MONEY|CURRENCY)/;
/** https://www.sqlite.org/datatype3.html#determination_of_column_affinity, the rules before the last. */
const KNOWN = /INT|CHAR|CLOB|TEXT|BLOB|REAL|FLOA|DOUB/;
const INTEGER_NAMES = /^(UNSIGNED )?(TINY|SMALL|MEDIUM|BIG|U|UNSIGNED |UNSIGNED BIG )?INT(EGER|\d)?\b/;

export const affinity: RuleGroup = {
  rules: [
    {
      id: 'L034',
      severity: 'info',
      title: 'A declared type with an affinity that its name does not suggest, such as JSON, BOOLEAN, DATETIME or STRING',
      why: 'SQLite knows types by parts of their names, and takes any other for NUMERIC: a text that looks like a number becomes one.',
      instead: 'Declare TEXT, INTEGER, REAL or BLOB.',
      isMandatory: false,
    },
  ],
  afterStatement: (step) => {
    const columnsByType = new Map<string, string[]>();
    for (const { name, type } of newColumns(step)) {
      if (!isSurprising(type.toUpperCase())) continue;
      const columns = columnsByType.get(type);
      if (columns) columns.push(name);
      else columnsByType.set(type, [name]);
    }
    return [...columnsByType].map(([type, columns]): Remark => {
      const got = type.toUpperCase().includes('INT') ? 'INTEGER' : 'NUMERIC';
      const why = `SQLite takes ${type} for ${got}: a text that looks like a number becomes one, in ${columns.join(', ')}.`;
      return { rule: 'L034', at: columnDefinition(step, columns[0] ?? '') ?? step, step, why };
    });
  },
};

function isSurprising(type: string): boolean {
  if (type === '' || NUMERIC.test(type)) return false;
  return KNOWN.test(type) ? type.includes('INT') && !INTEGER_NAMES.test(type) : true;
}

/** The columns that the statement made, but for those of a STRICT table, whose types are enforced. */
function newColumns(step: Step): Column[] {
  const { action, file } = step;
  if (action.kind !== 'add-column' && !(action.kind === 'create-table' && file.isCreation(step))) return [];
  const isStrict = file.scratch.rows(`SELECT strict FROM pragma_table_list(${literal(action.table)})`)[0]?.[0] === 1;
  if (isStrict) return [];
  const columns = file.scratch.columns(action.table);
  return action.kind === 'create-table' ? columns : columns.filter(({ name }) => name.toLowerCase() === action.column.toLowerCase());
}
