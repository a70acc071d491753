import { type Token, tokenize } from '../engine/token.js';
import { indexOfWords, isNamed, type Lexeme, readLexemes } from './lexeme.js';
import type { Step } from './sql-file.js';

/** Where a CREATE TABLE or ADD COLUMN defines a column; undefined when it does not. */
export function columnDefinition(step: Step, column: string): Lexeme | undefined {
  const { action, lexemes } = step;
  if (action.kind === 'add-column') return isNamed(action.at, column) ? action.at : undefined;
  let depth = 0;
  for (const [at, lexeme] of lexemes.entries()) {
    const before = lexemes[at - 1]?.word;
    if (depth === 1 && (before === '(' || before === ',') && isNamed(lexeme, column)) return lexeme;
    if (lexeme.word === '(') depth++;
    else if (lexeme.word === ')') depth--;
  }
  return undefined;
}

/** What an index is over, in one form whatever its name, case and quotes: two that are alike have the same. */
export function indexDefinition(sql: string): string {
  const tokens: readonly Token[] = tokenize(sql).tokens;
  const lexemes = readLexemes(sql, tokens);
  const isUnique = lexemes[1]?.word === 'UNIQUE';
  const over = lexemes.slice(indexOfWords(lexemes, ['ON']) + 1).filter(({ word }) => word !== ';');
  return [isUnique, ...over.map((lexeme) => canonical(lexeme))].join(' ');
}

function canonical({ kind, text, name }: Lexeme): string {
  return kind === 'string' ? text : name.toLowerCase();
}
