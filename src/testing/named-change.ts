import {
  closingOf,
  foldCase,
  isWord,
  joinTokens,
  type NormalToken,
  nameOf,
  normalTokens,
  positionsOf,
  splitByComma,
} from '../migrate/normal-sql.js';

/** A copy of rows by `INSERT INTO ... SELECT`. */
export interface Copy {
  readonly source: string;
  /** The columns whose values are computed instead of taken over; undefined where that cannot be told. */
  readonly computed: readonly string[] | undefined;
}

/** What a statement names as what it changes. Names are in lower case. */
export type NamedChange =
  | { readonly what: 'create' | 'drop' | 'delete' | 'upsert'; readonly table: string }
  | { readonly what: 'rename'; readonly table: string; readonly to: string }
  | { readonly what: 'rename column'; readonly table: string; readonly column: string; readonly to: string }
  | { readonly what: 'drop column'; readonly table: string; readonly column: string }
  | { readonly what: 'insert'; readonly table: string; readonly copy: Copy | undefined }
  | { readonly what: 'update'; readonly table: string; readonly columns: readonly string[] };

const CHANGE_WORDS = ['insert', 'replace', 'update', 'delete'];
const AFTER_SOURCE = new Set(
  'where group order limit having window union intersect except on join left right full inner cross natural'.split(' '),
);
const CONSTANTS = new Set(['null', 'true', 'false', 'current_date', 'current_time', 'current_timestamp']);

/** What one statement names: nothing for most, two things for CREATE TABLE ... AS SELECT. */
export function namedChanges(sql: string): NamedChange[] {
  const tokens = normalTokens(sql).filter(({ text }) => text !== ';');
  const at = (place: number) => tokens[place];
  if (isWord(at(0), 'create')) return created(tokens);
  if (isWord(at(0), 'drop') && isWord(at(1), 'table')) return [{ what: 'drop', table: nameAt(tokens, isWord(at(2), 'if') ? 4 : 2).name }];
  if (isWord(at(0), 'alter')) return altered(tokens);
  const starts = CHANGE_WORDS.flatMap((word) => positionsOf(tokens, word));
  const isChange = isWord(at(0), 'with') || CHANGE_WORDS.some((word) => isWord(at(0), word));
  return isChange && starts.length > 0 ? changed(tokens.slice(Math.min(...starts))) : [];
}

function created(tokens: readonly NormalToken[]): NamedChange[] {
  if (!isWord(tokens[1], 'table')) return [];
  const { name: table, next } = nameAt(tokens, isWord(tokens[2], 'if') ? 5 : 2);
  if (!isWord(tokens[next], 'as')) return [{ what: 'create', table }];
  return [
    { what: 'create', table },
    { what: 'insert', table, copy: copyOf([], tokens.slice(next + 1)) },
  ];
}

function altered(tokens: readonly NormalToken[]): NamedChange[] {
  const { name: table, next } = nameAt(tokens, 2);
  const [action, ...rest] = tokens.slice(next);
  const words = isWord(rest[0], 'column') ? rest.slice(1) : rest;
  const column = folded(words[0]);
  if (isWord(action, 'drop')) return [{ what: 'drop column', table, column }];
  if (!isWord(action, 'rename')) return [];
  // RENAME TO b renames the table, RENAME a TO b a column.
  if (isWord(rest[0], 'to') && rest.length === 2) return [{ what: 'rename', table, to: folded(rest[1]) }];
  return [{ what: 'rename column', table, column, to: folded(words[2]) }];
}

function changed(tokens: readonly NormalToken[]): NamedChange[] {
  if (isWord(tokens[0], 'delete')) return [{ what: 'delete', table: nameAt(tokens, 2).name }];
  const start = isWord(tokens[1], 'or') ? 3 : 1;
  if (isWord(tokens[0], 'update')) return [updated(tokens, start)];
  const { name: table, next } = nameAt(tokens, start + 1);
  const isUpsert = isWord(tokens[0], 'replace') || isWord(tokens[2], 'replace') || positionsOf(tokens, 'conflict').length > 0;
  const aliased = isWord(tokens[next], 'as') ? next + 2 : next;
  const hasColumns = tokens[aliased]?.text === '(';
  const close = hasColumns ? closingOf(tokens, aliased) : aliased - 1;
  const columns = hasColumns ? splitByComma(tokens.slice(aliased + 1, close)).map(([token]) => folded(token)) : [];
  const query = tokens.slice(close + 1);
  const insert: NamedChange = { what: 'insert', table, copy: isWord(query[0], 'select') ? copyOf(columns, query) : undefined };
  return isUpsert ? [insert, { what: 'upsert', table }] : [insert];
}

function updated(tokens: readonly NormalToken[], start: number): NamedChange {
  const [set = tokens.length] = positionsOf(tokens, 'set');
  const ends = ['from', 'where', 'returning', 'order', 'limit'].flatMap((word) => positionsOf(tokens, word)).filter((end) => end > set);
  const columns = splitByComma(tokens.slice(set + 1, Math.min(tokens.length, ...ends))).flatMap((item) =>
    item[0]?.text === '(' ? splitByComma(item.slice(1, closingOf(item, 0))).map(([token]) => folded(token)) : [folded(item[0])],
  );
  return { what: 'update', table: nameAt(tokens, start).name, columns };
}

/** How a query takes rows over into columns, which are those of its result where none are given. */
function copyOf(columns: readonly string[], query: readonly NormalToken[]): Copy | undefined {
  const [from] = positionsOf(query, 'from');
  if (from === undefined || query[from + 1]?.text === '(') return undefined;
  const { name: source, next } = nameAt(query, from + 1);
  const aliasAt = isWord(query[next], 'as') ? next + 1 : next;
  const alias = query[aliasAt];
  const aliases = new Set([source, alias && alias.kind !== 'symbol' && !AFTER_SOURCE.has(alias.text) ? folded(alias) : source]);
  const isCompound = positionsOf(query, 'select').length > 1;
  const first = isWord(query[1], 'distinct') || isWord(query[1], 'all') ? 2 : 1;
  const items = splitByComma(query.slice(first, from));
  const isStar = items.some((item) => item.at(-1)?.text === '*' && item.length <= 3);
  const computed = isStar ? [] : items.flatMap((item, index) => computedBy(item, aliases, columns[index]));
  return { source, computed: isCompound || computed.includes(undefined) ? undefined : computed.filter((column) => column !== undefined) };
}

/** The column that an expression computes: none where it is a column of the source itself, undefined where it has no name. */
function computedBy(item: readonly NormalToken[], aliases: ReadonlySet<string>, target: string | undefined): (string | undefined)[] {
  const as = positionsOf(item, 'as').at(-1);
  const expression = as === undefined ? item : item.slice(0, as);
  const [first, dot, second] = expression;
  const isQualified = expression.length === 3 && dot?.text === '.' && aliases.has(folded(first));
  const column = isQualified ? second : expression.length === 1 ? first : undefined;
  const isColumn = column !== undefined && (column.kind === 'quoted' || (column.kind === 'word' && !CONSTANTS.has(column.text)));
  return isColumn ? [] : [target ?? (as === undefined ? undefined : folded(item[as + 1]))];
}

/** The name of a table, after that of its schema if there is one, and where it ends. */
function nameAt(tokens: readonly NormalToken[], at: number): { name: string; next: number } {
  const place = tokens[at + 1]?.text === '.' ? at + 2 : at;
  return { name: folded(tokens[place]), next: place + 1 };
}

function folded(token: NormalToken | undefined): string {
  return foldCase(nameOf(token ? joinTokens([token]) : ''));
}
