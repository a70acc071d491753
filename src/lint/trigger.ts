import { indexOfWords, isNamed, type Lexeme } from './lexeme.js';
import type { Reader } from './reader.js';

/** A CREATE TRIGGER. */
export interface TriggerAction {
  readonly kind: 'create-trigger';
  readonly name: string;
  readonly table: string;
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The columns of UPDATE OF; empty when any update fires it. */
  readonly columns: readonly string[];
  readonly hasWhen: boolean;
  /** The index of the lexeme behind BEGIN. */
  readonly body: number;
  readonly at: Lexeme;
}

/** Reads what follows the trigger's name. */
export function readTrigger(reader: Reader, at: Lexeme): TriggerAction | undefined {
  for (const time of ['BEFORE', 'AFTER']) reader.take(time);
  reader.take('INSTEAD', 'OF');
  const event = reader.next?.word;
  reader.at++;
  if (event !== 'INSERT' && event !== 'UPDATE' && event !== 'DELETE') return undefined;
  const columns: string[] = [];
  if (reader.take('OF')) {
    do {
      const column = reader.name();
      if (column) columns.push(column.name);
    } while (reader.take(','));
  }
  const table = reader.take('ON') ? reader.name() : undefined;
  if (!table) return undefined;
  reader.take('FOR', 'EACH', 'ROW');
  const hasWhen = reader.take('WHEN');
  const body = indexOfWords(reader.lexemes, ['BEGIN'], reader.at) + 1;
  return { kind: 'create-trigger', name: at.name, table: table.name, event, columns, hasWhen, body, at };
}

/** The columns that a trigger's body sets in a table, in lower case, each time that it updates it. */
export function updatesOf(lexemes: readonly Lexeme[], body: number, table: string): string[][] {
  const updates: string[][] = [];
  for (let at = body; at < lexemes.length; at++) {
    if (lexemes[at]?.word !== 'UPDATE') continue;
    const name = lexemes[at + 1]?.word === 'OR' ? at + 3 : at + 1;
    if (isNamed(lexemes[name], table)) updates.push(columnsSet(lexemes, indexOfWords(lexemes, ['SET'], name) + 1));
  }
  return updates;
}

const AFTER_SET = new Set(['FROM', 'WHERE', 'RETURNING', ';']);

/** The names left of each `=` of a SET; `(a, b) = ...` included. */
function columnsSet(lexemes: readonly Lexeme[], from: number): string[] {
  const columns: string[] = [];
  let isLeft = true;
  let depth = 0;
  for (let at = from; at < lexemes.length; at++) {
    const lexeme = lexemes[at];
    if (!lexeme || (depth === 0 && AFTER_SET.has(lexeme.word))) break;
    if (lexeme.word === '(') depth++;
    else if (lexeme.word === ')') depth--;
    else if (depth === 0 && lexeme.word === ',') isLeft = true;
    else if (lexeme.word === '=') isLeft = false;
    else if (isLeft && lexeme.word !== ',') columns.push(lexeme.name.toLowerCase());
  }
  return columns;
}
