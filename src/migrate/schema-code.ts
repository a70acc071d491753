import { labelOf } from './differences.js';
import { GENERATED } from './entry-text.js';
import { closingOf, isWord, type NormalToken, normalTokens, splitByComma } from './normal-sql.js';
import { OWN_CHECK, OWN_TABLES } from './own-table.js';
import { readAllObjects, type SchemaReader } from './schema-object.js';
import { keyOf, readEntries, type Structure, type StructureEntry } from './structure.js';

/** The kinds of code that a DROP statement takes away, in an order in which nothing is gone before its turn. */
const DROP_ORDER: readonly string[] = ['trigger', 'view', 'index', 'table'];
const MAX_LABEL = 80;
const OWN_CODE: StructureEntry = { kind: 'check', table: OWN_CHECK.table, name: OWN_CHECK.text, text: OWN_CHECK.text };

/**
 * What of a schema SQLite runs by itself: triggers, views and virtual tables; generated columns, CHECKs and defaults that
 * call functions; indexes on expressions, and with a WHERE. Those of Tablite's and SQLite's own tables too.
 */
export function readCode(reader: SchemaReader): StructureEntry[] {
  return readEntries(reader, readAllObjects(reader)).filter(isCode);
}

export interface KnownCode {
  /** The schemas that the code may be of. */
  readonly schemas: readonly Structure[];
  /** Code of the database itself, where there is no chain. */
  readonly code?: readonly StructureEntry[];
}

/**
 * The code that no known schema has, or not in these words.
 *
 * In a table that no known schema has, only what runs when the table is read counts: nobody writes to it unasked. In one that is
 * written to, a CHECK, a default and an index count too.
 */
export function foreignCode(found: readonly StructureEntry[], { schemas, code = [] }: KnownCode): StructureEntry[] {
  const known = new Set([...schemas.flatMap((schema) => [...schema.values()]), ...code, OWN_CODE].map(identityOf));
  const written = writtenTables(schemas);
  const isWritten = ({ table }: StructureEntry) => written.tables.has(table) || written.prefixes.some((prefix) => table.startsWith(prefix));
  return found.filter((entry) => !known.has(identityOf(entry)) && (runsUnasked(entry) || isWritten(entry)));
}

export function isDroppable({ kind }: StructureEntry): boolean {
  return DROP_ORDER.includes(kind);
}

/** In the order in which they can be dropped. */
export function byDropOrder(entries: readonly StructureEntry[]): StructureEntry[] {
  return [...entries].sort((a, b) => DROP_ORDER.indexOf(a.kind) - DROP_ORDER.indexOf(b.kind));
}

/** What a reader calls it, however long somebody has made its name. */
export function codeLabel(entry: StructureEntry): string {
  const prefix = entry.kind === 'table' ? 'virtual ' : entry.kind === 'column' ? 'column ' : '';
  const label = `${prefix}${labelOf(entry)}`;
  return label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL)}...` : label;
}

function isCode({ kind, text }: StructureEntry): boolean {
  switch (kind) {
    case 'trigger':
    case 'view':
    case 'check':
      return true;
    case 'table':
      return isVirtualText(text);
    case 'column':
      return text.startsWith(GENERATED) || callsInDefault(text);
    case 'index':
      return !isPlainIndex(normalTokens(text));
    case 'unique':
    case 'foreign key':
      return false;
  }
}

/** Whether it runs although nobody writes to its own table. */
function runsUnasked({ kind, text }: StructureEntry): boolean {
  return kind === 'trigger' || kind === 'view' || kind === 'table' || text.startsWith(GENERATED);
}

function isVirtualText(text: string): boolean {
  return text.startsWith('virtual ');
}

/** Literals and CURRENT_TIMESTAMP run nothing. */
function callsInDefault(text: string): boolean {
  const at = text.indexOf(' default ');
  return at >= 0 && normalTokens(text.slice(at)).some((token) => token.text === '(');
}

/** Columns by name, with a collation and a direction perhaps, and no WHERE. */
function isPlainIndex(tokens: readonly NormalToken[]): boolean {
  const open = tokens.findIndex(({ text }) => text === '(');
  const close = closingOf(tokens, open);
  if (close < tokens.length - 1) return false;
  return splitByComma(tokens.slice(open + 1, close)).every((term) => {
    const rest = isWord(term.at(-1), 'desc') ? term.slice(0, -1) : term;
    return rest.length === 1 || (rest.length === 3 && isWord(rest[1], 'collate'));
  });
}

/** The tables that are written to when nobody but Tablite and the app writes, and the prefixes of those that virtual ones write. */
function writtenTables(schemas: readonly Structure[]): { tables: ReadonlySet<string>; prefixes: readonly string[] } {
  const entries = schemas.flatMap((schema) => [...schema.values()]).filter(({ kind }) => kind === 'table');
  const prefixes = entries.filter(({ text }) => isVirtualText(text)).map(({ table }) => `${table}_`);
  return { tables: new Set([...OWN_TABLES, ...entries.map(({ table }) => table)]), prefixes: ['sqlite_', ...prefixes] };
}

function identityOf(entry: StructureEntry): string {
  return `${keyOf(entry)}\n${entry.text}`;
}
