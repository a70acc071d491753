import { indexDefinition } from '../definition.js';
import type { Lexeme } from '../lexeme.js';
import type { RuleGroup } from '../rule.js';
import type { Step } from '../sql-file.js';

export const stricter: RuleGroup = {
  rules: [
    {
      id: 'L022',
      severity: 'warning',
      title: 'CREATE UNIQUE INDEX, SET NOT NULL or ADD CHECK on a table that users have rows in',
      why: 'It fails for the users whose rows do not comply, and for nobody else.',
      instead: 'Mend the rows by a statement before it, in the same file.',
      isMandatory: false,
    },
  ],
  beforeStatement: (step) => {
    const { action, file } = step;
    if (action.kind !== 'create-index' && action.kind !== 'set-not-null' && action.kind !== 'add-check') return [];
    if (file.isFresh(action.table)) return [];
    if (action.kind === 'create-index' && (!action.isUnique || wasUnique(step, action.table))) return [];
    const query = offendingRows(step);
    const instead = `Mend the rows by a statement before it, in the same file. They are found by: ${query}`;
    return [{ rule: 'L022', at: action.at, step, instead }];
  },
};

/** Whether the table had the same index before the file. */
function wasUnique({ file, text }: Step, table: string): boolean {
  const definition = indexDefinition(text);
  return file.before.attached(table).some(({ type, sql }) => type === 'index' && sql !== undefined && indexDefinition(sql) === definition);
}

/** The query that shows what is in the way. */
function offendingRows({ action, lexemes, file }: Step): string {
  if (!('table' in action)) return '';
  if (action.kind === 'set-not-null') return `SELECT * FROM ${action.table} WHERE ${action.column} IS NULL`;
  const open = lexemes.findIndex(({ word, start }) => word === '(' && start > action.at.start);
  const close = indexOfClosing(lexemes, open);
  const inner = oneLine(file.text, lexemes.slice(open + 1, close));
  if (action.kind === 'add-check') return `SELECT * FROM ${action.table} WHERE NOT (${inner})`;
  const where = oneLine(file.text, lexemes.slice(close + 1));
  return `SELECT ${inner}, count(*) FROM ${action.table} ${where ? `${where} ` : ''}GROUP BY ${inner} HAVING count(*) > 1`;
}

function indexOfClosing(lexemes: readonly Lexeme[], open: number): number {
  let depth = 0;
  return lexemes.findIndex(({ word }, at) => {
    if (at < open) return false;
    if (word === '(') depth++;
    if (word === ')') depth--;
    return depth === 0;
  });
}

/** Their text without comments, and without what only an index says. */
function oneLine(text: string, lexemes: readonly Lexeme[]): string {
  const said = lexemes.filter(({ word }) => word !== 'ASC' && word !== 'DESC' && word !== ';');
  return said
    .map((lexeme, at) => (at > 0 && said[at - 1]?.end !== lexeme.start ? ' ' : '') + text.slice(lexeme.start, lexeme.end))
    .join('');
}
