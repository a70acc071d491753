import { UsageError } from '../errors/database-error.js';
import { createdNameAt, trimStatement, written } from './create-statement.js';
import {
  closingOf,
  foldCase,
  isWord,
  joinTokens,
  type NormalToken,
  nameOf,
  normalTokens,
  positionsOf,
  quoted,
  splitByComma,
} from './normal-sql.js';

/** A column as a CREATE TABLE statement defines it. */
export interface DefinedColumn {
  /** In lower case. */
  readonly name: string;
  /** As it may stand in SQL. */
  readonly label: string;
  /** The declared type; empty where there is none. */
  readonly type: string;
  readonly isGenerated: boolean;
}

/** A table as its CREATE TABLE statement defines it. */
export interface TableDefinition {
  readonly columns: readonly DefinedColumn[];
  /** The column that is the rowid itself; undefined where there is none. */
  readonly rowidColumn: string | undefined;
  readonly hasRowid: boolean;
  readonly isAutoincrement: boolean;
}

const CONSTRAINTS = ['constraint', 'primary', 'unique', 'check', 'foreign'];
const AFTER_TYPE = new Set([
  'constraint',
  'primary',
  'not',
  'null',
  'unique',
  'check',
  'default',
  'collate',
  'references',
  'generated',
  'as',
]);

/**
 * Reads a CREATE TABLE statement.
 *
 * @throws {UsageError} when it is another statement, or takes its columns from a SELECT.
 */
export function readTableDefinition(sql: string): TableDefinition {
  const tokens = normalTokens(trimStatement(sql));
  const open = createdNameAt(tokens) + 1;
  if (!isWord(tokens[1], 'table') || tokens[open]?.text !== '(') throw new UsageError('Expected a statement CREATE TABLE name (columns).');
  const text = trimStatement(sql);
  const close = closingOf(tokens, open);
  const items = splitByComma(tokens.slice(open + 1, close));
  const definitions = items.filter(([first]) => !CONSTRAINTS.some((word) => isWord(first, word)));
  const hasRowid = !tokens.slice(close).some((token) => isWord(token, 'without'));
  return {
    columns: definitions.map((item) => ({
      name: columnName(item[0]),
      label: labelOf(text, item[0]),
      type: joinTokens(typeOf(item)),
      isGenerated: positionsOf(item, 'as').length > 0,
    })),
    rowidColumn: hasRowid ? rowidColumnOf(items, definitions) : undefined,
    hasRowid,
    isAutoincrement: tokens.some((token) => isWord(token, 'autoincrement')),
  };
}

/** The one column of type INTEGER that is the primary key (https://www.sqlite.org/lang_createtable.html#rowid). */
function rowidColumnOf(items: readonly NormalToken[][], definitions: readonly NormalToken[][]): string | undefined {
  for (const item of items) {
    const [primary] = positionsOf(item, 'primary');
    if (primary === undefined) continue;
    if (definitions.includes(item)) return isInteger(item) && !isWord(item[primary + 2], 'desc') ? columnName(item[0]) : undefined;
    const key = splitByComma(item.slice(primary + 3, closingOf(item, primary + 2)));
    const column = columnName(key[0]?.[0]);
    return key.length === 1 && definitions.some((each) => columnName(each[0]) === column && isInteger(each)) ? column : undefined;
  }
  return undefined;
}

/** SQLite takes these words for what they stand for wherever a value may be. */
function labelOf(text: string, token: NormalToken | undefined): string {
  const label = written(text, token);
  return /^current_/i.test(label) ? quoted(label) : label;
}

function isInteger(item: readonly NormalToken[]): boolean {
  const type = typeOf(item);
  return type.length === 1 && foldCase(nameOf(type[0]?.text ?? '')) === 'integer';
}

function typeOf(item: readonly NormalToken[]): NormalToken[] {
  const end = item.findIndex(({ kind, text }, at) => at > 0 && kind === 'word' && AFTER_TYPE.has(text));
  return item.slice(1, end < 0 ? undefined : end);
}

function columnName(token: NormalToken | undefined): string {
  return foldCase(nameOf(token?.text ?? ''));
}
