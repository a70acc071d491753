import { indexAtTop, isNamed } from '../lexeme.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

export const destructive: RuleGroup = {
  rules: [
    {
      id: 'L020',
      severity: 'error',
      title: 'DROP TABLE, DROP COLUMN, and DELETE or UPDATE without WHERE',
      why: "It destroys what is in users' databases, and there is no way back but a backup.",
      instead: 'If it is meant, say why above the statement: -- migrate:allow L020 <reason>.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const why = destruction(step);
    return why === undefined ? [] : [{ rule: 'L020', at: step, step, why }];
  },
};

/** What is lost; nothing where the file itself made the table. */
function destruction(step: Step): Remark['why'] {
  const { action, file, lexemes } = step;
  switch (action.kind) {
    case 'drop':
      if (action.what !== 'TABLE' || file.isFresh(action.name) || isRebuilt(step, action.name)) return undefined;
      return `It deletes all rows of ${action.name}.`;
    case 'drop-column':
      return file.isFresh(action.table) ? undefined : `It deletes what every row of ${action.table} has in ${action.column}.`;
    case 'delete':
    case 'update': {
      if (file.isFresh(action.table) || indexAtTop(lexemes, ['WHERE'], action.body) >= 0) return undefined;
      return `It ${action.kind === 'delete' ? 'deletes' : 'overwrites'} all rows of ${action.table}.`;
    }
    default:
      return undefined;
  }
}

/** Whether the table's rows were copied into another before, which takes its name afterwards. */
function isRebuilt({ file, index }: Step, table: string): boolean {
  const successors = file.steps
    .slice(index + 1)
    .flatMap(({ action }) => (action.kind === 'rename-table' && action.to.toLowerCase() === table.toLowerCase() ? [action.table] : []));
  return file.steps
    .slice(0, index)
    .some(
      ({ action, lexemes }) =>
        (action.kind === 'insert' || action.kind === 'create-table') &&
        successors.some((name) => name.toLowerCase() === action.table.toLowerCase()) &&
        indexAtTop(lexemes, ['SELECT']) >= 0 &&
        lexemes.some((lexeme) => isNamed(lexeme, table)),
    );
}
