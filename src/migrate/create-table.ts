import { closingOf, foldCase, isWord, joinTokens, type NormalToken, nameOf, positionsOf, splitByComma } from './normal-sql.js';

/** What the pragmas do not tell of a table; all texts are normal, as `joinTokens` makes them. */
export interface TableText {
  /** Conditions of the CHECKs, of columns and of the table alike. */
  readonly checks: readonly string[];
  /** The collation by column, where it is not `binary`. */
  readonly collationByColumn: ReadonlyMap<string, string>;
  /** The expression by generated column. */
  readonly expressionByColumn: ReadonlyMap<string, string>;
  /** What ON CONFLICT says, by `primary key`, `unique (a, b)` or `not null a`. */
  readonly conflictByConstraint: ReadonlyMap<string, string>;
  /** Of each foreign key, in the order of the text, whether it is checked at the end of the transaction only. */
  readonly areDeferred: readonly boolean[];
  readonly isAutoincrement: boolean;
  /** What follows the closing parenthesis: `strict`, `without rowid`. */
  readonly options: readonly string[];
}

const TABLE_CONSTRAINTS = new Set(['constraint', 'primary', 'unique', 'check', 'foreign']);

/** Reads the parts of a CREATE TABLE statement that SQLite keeps as text only. */
export function readTableText(tokens: readonly NormalToken[]): TableText {
  const open = tokens.findIndex(({ text }) => text === '(');
  const close = closingOf(tokens, open);
  const checks: string[] = [];
  const collationByColumn = new Map<string, string>();
  const expressionByColumn = new Map<string, string>();
  const conflictByConstraint = new Map<string, string>();
  const areDeferred: boolean[] = [];
  for (const item of splitByComma(tokens.slice(open + 1, close))) {
    const column = columnOf(item);
    checks.push(...checksOf(item));
    areDeferred.push(...deferredKeysOf(item));
    for (const [constraint, action] of conflictsOf(item, column)) conflictByConstraint.set(constraint, action);
    if (column === undefined) continue;
    const collate = positionsOf(item, 'collate').at(-1);
    const collation = collate === undefined ? 'binary' : foldCase(nameOf(item[collate + 1]?.text ?? ''));
    if (collation !== 'binary') collationByColumn.set(column, collation);
    const [as] = positionsOf(item, 'as');
    if (as !== undefined) expressionByColumn.set(column, enclosed(item, as + 1));
  }
  const isAutoincrement = tokens.slice(open, close).some((token) => isWord(token, 'autoincrement'));
  const options = splitByComma(tokens.slice(close + 1))
    .map(joinTokens)
    .sort();
  return { checks, collationByColumn, expressionByColumn, conflictByConstraint, areDeferred, isAutoincrement, options };
}

/** The column that a part defines; undefined of a constraint. */
function columnOf([first]: readonly NormalToken[]): string | undefined {
  if (!first || (first.kind === 'word' && TABLE_CONSTRAINTS.has(first.text))) return undefined;
  return foldCase(nameOf(first.text));
}

function checksOf(item: readonly NormalToken[]): string[] {
  return positionsOf(item, 'check').map((at) => enclosed(item, at + 1));
}

/** What stands in the parentheses at `open`, in one pair of them however many there were. */
function enclosed(tokens: readonly NormalToken[], open: number): string {
  let [from, to] = [open, closingOf(tokens, open)];
  while (tokens[from + 1]?.text === '(' && closingOf(tokens, from + 1) === to - 1) {
    from++;
    to--;
  }
  return joinTokens(tokens.slice(from, to + 1));
}

function deferredKeysOf(item: readonly NormalToken[]): boolean[] {
  const starts = positionsOf(item, 'references');
  return starts.map((start, index) => {
    const clause = item.slice(start, starts[index + 1]);
    const [deferrable] = positionsOf(clause, 'deferrable');
    return deferrable !== undefined && !isWord(clause[deferrable - 1], 'not') && isWord(clause[deferrable + 2], 'deferred');
  });
}

function conflictsOf(item: readonly NormalToken[], column: string | undefined): [string, string][] {
  return positionsOf(item, 'conflict').flatMap((at): [string, string][] => {
    const action = item[at + 1]?.text ?? '';
    const before = item.slice(0, at);
    const last = (word: string) => positionsOf(before, word).at(-1) ?? -1;
    const [primary, unique, not] = [last('primary'), last('unique'), last('not')];
    const latest = Math.max(primary, unique, not, last('check'));
    // SQLite reads ON CONFLICT of a CHECK and does not follow it; ABORT is what it does anyway.
    if (latest < 0 || latest === last('check') || action === 'abort') return [];
    if (latest === primary) return [['primary key', action]];
    if (latest === not) return [[`not null ${column}`, action]];
    const columns =
      column === undefined
        ? splitByComma(item.slice(unique + 2, closingOf(item, unique + 1))).map((part) => foldCase(nameOf(part[0]?.text ?? '')))
        : [column];
    return [[`unique (${columns.join(', ')})`, action]];
  });
}
