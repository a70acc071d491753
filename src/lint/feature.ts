import { indexAtTop, indexOfWords, type Lexeme } from './lexeme.js';
import type { Step } from './sql-file.js';

/** Something that older versions of SQLite do not read (https://www.sqlite.org/changes.html). */
export interface Feature {
  readonly name: string;
  readonly since: string;
  /** Where a statement uses it. */
  readonly find: (step: Step) => Lexeme | undefined;
}

/** The oldest first. */
export const FEATURES: readonly Feature[] = [
  { name: 'ON CONFLICT DO', since: '3.24.0', find: (step) => ofWords(step, ['ON', 'CONFLICT', 'DO'], ['ON', 'CONFLICT', '(']) },
  { name: 'RENAME COLUMN', since: '3.25.0', find: (step) => ofAction(step, 'rename-column') },
  { name: 'A window function', since: '3.25.0', find: (step) => ofWords(step, [')', 'OVER']) },
  { name: 'NULLS FIRST or LAST', since: '3.30.0', find: (step) => ofWords(step, ['NULLS', 'FIRST'], ['NULLS', 'LAST']) },
  { name: 'FILTER', since: '3.30.0', find: (step) => ofWords(step, [')', 'FILTER', '(']) },
  { name: 'A generated column', since: '3.31.0', find: (step) => generatedColumn(step) },
  { name: 'UPDATE ... FROM', since: '3.33.0', find: (step) => updateFrom(step) },
  { name: 'DROP COLUMN', since: '3.35.0', find: (step) => ofAction(step, 'drop-column') },
  { name: 'RETURNING', since: '3.35.0', find: (step) => returning(step) },
  { name: 'MATERIALIZED', since: '3.35.0', find: (step) => ofWords(step, ['MATERIALIZED', '(']) },
  { name: 'STRICT', since: '3.37.0', find: (step) => strictTable(step) },
  { name: 'The operator ->', since: '3.38.0', find: (step) => arrow(step) },
  { name: 'RIGHT or FULL JOIN', since: '3.39.0', find: (step) => outerJoin(step) },
  { name: 'IS DISTINCT FROM', since: '3.39.0', find: (step) => ofWords(step, ['DISTINCT', 'FROM']) },
  { name: 'jsonb', since: '3.45.0', find: (step) => jsonb(step) },
  { name: 'ALTER COLUMN', since: '3.53.0', find: (step) => alterTable(step, ['ALTER']) },
  { name: 'ADD or DROP CONSTRAINT', since: '3.53.0', find: (step) => constraint(step) },
];

function ofWords({ lexemes }: Step, ...runs: readonly (readonly string[])[]): Lexeme | undefined {
  for (const words of runs) {
    const at = indexOfWords(lexemes, words);
    // A parenthesis in front is there to tell a keyword from a name.
    if (at >= 0) return lexemes[words[0] === ')' ? at + 1 : at];
  }
  return undefined;
}

function ofAction({ action }: Step, kind: 'rename-column' | 'drop-column'): Lexeme | undefined {
  return action.kind === kind ? action.at : undefined;
}

function generatedColumn(step: Step): Lexeme | undefined {
  if (step.action.kind !== 'create-table' && step.action.kind !== 'add-column') return undefined;
  return ofWords(step, ['GENERATED', 'ALWAYS'], ['AS', '(']);
}

function updateFrom({ action, lexemes }: Step): Lexeme | undefined {
  return action.kind === 'update' ? lexemes[indexAtTop(lexemes, ['FROM'], action.body)] : undefined;
}

function returning({ action, lexemes }: Step): Lexeme | undefined {
  const isChange = action.kind === 'insert' || action.kind === 'update' || action.kind === 'delete';
  return isChange ? lexemes[indexAtTop(lexemes, ['RETURNING'], action.body)] : undefined;
}

function strictTable({ action, lexemes }: Step): Lexeme | undefined {
  return action.kind === 'create-table' ? lexemes[indexAtTop(lexemes, ['STRICT'], lexemes.indexOf(action.at) + 1)] : undefined;
}

function arrow({ lexemes }: Step): Lexeme | undefined {
  return lexemes.find(({ word, end }, at) => word === '-' && lexemes[at + 1]?.word === '>' && lexemes[at + 1]?.start === end);
}

function outerJoin(step: Step): Lexeme | undefined {
  return ofWords(step, ['RIGHT', 'JOIN'], ['FULL', 'JOIN'], ['RIGHT', 'OUTER', 'JOIN'], ['FULL', 'OUTER', 'JOIN']);
}

function jsonb({ lexemes }: Step): Lexeme | undefined {
  return lexemes.find(({ word }, at) => /^JSONB(_|$)/.test(word) && lexemes[at + 1]?.word === '(');
}

function alterTable({ lexemes }: Step, words: readonly string[]): Lexeme | undefined {
  if (lexemes[0]?.word !== 'ALTER' || lexemes[1]?.word !== 'TABLE') return undefined;
  return lexemes[indexOfWords(lexemes, words, 2)];
}

function constraint(step: Step): Lexeme | undefined {
  return alterTable(step, ['ADD', 'CONSTRAINT']) ?? alterTable(step, ['ADD', 'CHECK']) ?? alterTable(step, ['DROP', 'CONSTRAINT']);
}
