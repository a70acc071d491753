import { guardByName } from '../../engine/guard.js';
import { RefusedStatementError } from '../../errors/sql-error.js';
import { OWN_TABLES } from '../../migrate/own-table.js';
import { isNamed, type Lexeme } from '../lexeme.js';
import type { Remark, RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

const TRANSACTION_WORDS = new Set(['BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE']);
const FOREIGN_KEY_PRAGMAS = new Set(['foreign_keys', 'defer_foreign_keys']);

export const runnerOwned: RuleGroup = {
  rules: [
    {
      id: 'L002',
      severity: 'error',
      title: 'BEGIN, COMMIT, END, ROLLBACK, SAVEPOINT or RELEASE',
      why: 'Each file runs in one transaction that Tablite begins and ends; this would end it halfway, or is refused.',
      instead: 'Remove the statement. What must not happen alone stands in one file already.',
      isMandatory: true,
    },
    {
      id: 'L003',
      severity: 'error',
      title: 'VACUUM, ATTACH, DETACH, a temporary table, a setting, or a change to the history',
      why: 'It has no effect within a transaction, or belongs to Tablite.',
      instead: 'Remove the statement.',
      isMandatory: true,
    },
    {
      id: 'L004',
      severity: 'error',
      title: 'PRAGMA foreign_keys or defer_foreign_keys',
      why: 'The pragma foreign_keys has no effect within a transaction, and defer_foreign_keys does not stop ON DELETE CASCADE.',
      instead: 'Remove it: foreign keys are off while a file runs, and are checked after it.',
      isMandatory: true,
    },
  ],
  beforeStatement: (step) => {
    const remark = refusal(step);
    return remark ? [remark] : [];
  },
};

function refusal(step: Step): Remark | undefined {
  const { action, lexemes, file } = step;
  const [first, second, third] = lexemes.map(({ word }) => word);
  const keyword = first === 'EXPLAIN' ? (second === 'QUERY' ? lexemes[3]?.word : second) : first;
  const at = lexemes[0] ?? step;
  if (keyword !== undefined && TRANSACTION_WORDS.has(keyword)) return { rule: 'L002', at, step };
  if (action.kind === 'pragma' && action.hasArgument && FOREIGN_KEY_PRAGMAS.has(action.name)) {
    const isImported = file.options.imported?.includes(file.name);
    return { rule: 'L004', at, step, ...(isImported ? { severity: 'info' } : {}) };
  }
  const isOwn = (each: Lexeme) => OWN_TABLES.some((table) => isNamed(each, table));
  const own = third === undefined || action.kind === 'other' ? undefined : lexemes.find(isOwn);
  if (own && own.kind !== 'string') {
    const why = 'This table is one that Tablite keeps for itself: the history of the chain, or the keys of sealed values.';
    return { rule: 'L003', at: own, step, why, instead: 'Leave it alone; use a table of your own.' };
  }
  try {
    guardByName(file.text, step.statement, 'write');
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof RefusedStatementError)) throw thrown;
    return { rule: 'L003', at, step, why: thrown.message };
  }
}
