import { createdNameAt } from './create-statement.js';
import type { TableText } from './create-table.js';
import { closingOf, isWord, joinTokens, literal, type NormalToken, nameOf, normalTokens, splitByComma } from './normal-sql.js';
import type { ColumnFacts, ForeignKeyFacts, IndexTerm } from './schema-pragmas.js';

/** Words that are values; any other bare word as a default is a text. */
const VALUE_WORDS = new Set(['null', 'true', 'false', 'current_time', 'current_date', 'current_timestamp']);
/** What the text of a generated column begins with. */
export const GENERATED = 'generated ';
const TRIGGER_TIMES = ['before', 'after', 'instead'];

/** `primary key (id) as rowid, strict`. */
export function tableText(text: TableText, columns: readonly ColumnFacts[], primaryKey: readonly IndexTerm[] | undefined): string {
  const key = columns.filter(({ keyPlace }) => keyPlace > 0).sort((a, b) => a.keyPlace - b.keyPlace);
  const terms = primaryKey?.map((term) => termText(term)) ?? key.map(({ name }) => name);
  const conflict = text.conflictByConstraint.get('primary key');
  const clauses = key.length > 0 ? [`primary key (${terms.join(', ')})`] : ['no primary key'];
  if (key.length > 0 && !primaryKey) clauses.push('as rowid');
  if (text.isAutoincrement) clauses.push('autoincrement');
  if (conflict) clauses.push(`on conflict ${conflict}`);
  return [clauses.join(' '), ...text.options].join(', ');
}

/** `varchar(9) not null default 'pending' collate nocase`. */
export function columnText(column: ColumnFacts, text: TableText, isRowid: boolean): string {
  const clauses = [joinTokens(normalTokens(column.type)).replaceAll(' (', '(') || 'no type'];
  // NOT NULL says nothing of a rowid, which cannot be NULL.
  if (column.isNotNull && !isRowid) {
    const conflict = text.conflictByConstraint.get(`not null ${column.name}`);
    clauses.push(conflict ? `not null on conflict ${conflict}` : 'not null');
  }
  const fallback = fallbackText(column.fallback);
  if (fallback !== 'null') clauses.push(`default ${fallback}`);
  const collation = text.collationByColumn.get(column.name);
  if (collation) clauses.push(`collate ${collation}`);
  const generated = column.generated ? `${GENERATED}as ${text.expressionByColumn.get(column.name)} ${column.generated}, ` : '';
  return generated + clauses.join(' ');
}

function fallbackText(sql = 'null'): string {
  const tokens = normalTokens(sql);
  const [first] = tokens;
  if (tokens.length === 1 && first && (first.kind === 'quoted' || first.kind === 'word') && !isValueWord(first))
    return literal(nameOf(sql.trim()));
  return joinTokens(tokens);
}

function isValueWord({ kind, text }: NormalToken): boolean {
  return kind === 'word' && VALUE_WORDS.has(text);
}

/** `(a, b) references parents (x, y) on delete cascade`. */
export function foreignKeyText(key: ForeignKeyFacts, parentKey: readonly string[], isDeferred: boolean): string {
  const parentColumns = key.parentColumns.length > 0 ? key.parentColumns : parentKey;
  const target = parentColumns.length > 0 ? `${key.parent} (${parentColumns.join(', ')})` : key.parent;
  return `(${key.columns.join(', ')}) references ${target}${key.actions}${isDeferred ? ' deferrable initially deferred' : ''}`;
}

/** `unique (lower(name), age desc) where age > 1`. */
export function indexText(tokens: readonly NormalToken[], terms: readonly IndexTerm[], isUnique: boolean): string {
  const open = tokens.findIndex(({ text }) => text === '(');
  const close = closingOf(tokens, open);
  const parts = splitByComma(tokens.slice(open + 1, close));
  const texts = parts.map((part, at) => {
    const term = terms[at];
    if (term?.column !== undefined) return `${termText(term)}${term.isDescending ? ' desc' : ''}`;
    return joinTokens(isWord(part.at(-1), 'asc') ? part.slice(0, -1) : part);
  });
  const where = joinTokens(tokens.slice(close + 1));
  return `${isUnique ? 'unique ' : ''}(${texts.join(', ')})${where && ` ${where}`}`;
}

export function termText({ column, collation }: IndexTerm): string {
  return collation === 'binary' ? (column ?? '') : `${column} collate ${collation}`;
}

/** When it fires and what it does. */
export function triggerText(tokens: readonly NormalToken[]): string {
  const definition = definitionOf(tokens);
  const begin = definition.findIndex((token) => isWord(token, 'begin'));
  const each = definition.findIndex((token, at) => at < begin && isWord(token, 'for') && isWord(definition[at + 1], 'each'));
  // FOR EACH ROW and BEFORE are what SQLite does anyway.
  if (each >= 0) definition.splice(each, 3);
  const isTimed = TRIGGER_TIMES.some((time) => isWord(definition[0], time));
  return `${isTimed ? '' : 'before '}${joinTokens(definition)}`;
}

/** What follows the name in a CREATE statement. */
export function definitionOf(tokens: readonly NormalToken[]): NormalToken[] {
  return tokens.slice(createdNameAt(tokens) + 1);
}
