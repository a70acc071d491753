import type { Connection } from '../engine/connection.js';
import { UsageError } from '../errors/database-error.js';
import { createdName, createdNameAt, trimStatement } from './create-statement.js';
import { dependantsOf, dropStatements } from './dependants.js';
import { foldCase, isWord, literal, nameOf, normalTokens, quoted } from './normal-sql.js';
import { isVirtual, readSchemaObjects, type SchemaObject } from './schema-object.js';
import { readTableDefinition, type TableDefinition } from './table-definition.js';

/** Names of the rowid; a column may take one of them for itself. */
const ROWID_NAMES = ['rowid', '_rowid_', 'oid'];

/**
 * The SQL that replaces a table by one of another CREATE TABLE statement and keeps rows, rowids, the AUTOINCREMENT sequence,
 * indexes, triggers and views: the steps of https://www.sqlite.org/lang_altertable.html#otheralter, for one file of a chain,
 * which runs in a transaction without foreign keys.
 *
 * @param createSql The table as it is to be; by default as it is. Columns that both have keep their values.
 * @throws {UsageError} when there is no such table, or `createSql` does not create it.
 */
export function rebuildScript(connection: Connection, table: string, createSql?: string): string {
  const objects = readSchemaObjects(connection);
  const old = objects.find(({ type, name }) => type === 'table' && foldCase(name) === foldCase(table));
  if (!old) throw new UsageError(`There is no table "${table}" to rebuild.`);
  if (isVirtual(old.sql)) throw new UsageError(`"${table}" is a virtual table, which keeps its content elsewhere. Create it anew.`);
  const dependants = dependantsOf(connection, objects, new Set([foldCase(old.name)]));
  const indexes = objects.filter(({ type, table: of }) => type === 'index' && foldCase(of) === foldCase(old.name));
  const ownTriggers = objects.filter(({ type, table: of }) => type === 'trigger' && foldCase(of) === foldCase(old.name));
  const triggers = objects.filter((object) => ownTriggers.includes(object) || dependants.triggers.includes(object));
  return joinSteps([
    [`Views and triggers elsewhere that name ${old.name} would stop the RENAME: they are created again below.`, dropStatements(dependants)],
    ...replacementSteps(old, createSql ?? old.sql, new Set(objects.map(({ name }) => foldCase(name)))),
    ['The indexes went with the old table.', indexes.map(recreate)],
    ['The views, in the order in which they were created.', dependants.views.map(recreate)],
    ['The triggers, last, so that nothing above fires them.', triggers.map(recreate)],
  ]);
}

/** Statements with a comment that says what they are for. */
export type Step = readonly [comment: string, statements: readonly string[]];

/** The steps as SQL text, those without a statement left out. */
export function joinSteps(steps: readonly Step[]): string {
  return steps
    .filter(([, statements]) => statements.length > 0)
    .map(([comment, statements]) => `-- ${oneLine(comment)}\n${statements.map((sql) => `${sql};\n`).join('')}`)
    .join('\n');
}

/** A name in it may have line ends, after which it would be no comment any more. */
function oneLine(comment: string): string {
  return comment.replace(/\s+/g, ' ');
}

/** The statement that an object was made by. */
export function recreate({ sql }: SchemaObject): string {
  return trimStatement(sql);
}

/**
 * The steps that replace one table, when nothing that would stop the RENAME is there any more. Its indexes and triggers are
 * gone afterwards.
 *
 * @param names Those, in lower case, of all that is there.
 * @throws {UsageError} when `createSql` does not create that table.
 */
export function replacementSteps(old: SchemaObject, createSql: string, names: ReadonlySet<string>): Step[] {
  const [from, to] = [readTableDefinition(old.sql), readTableDefinition(createSql)];
  const name = createdName(old.sql);
  const newName = freeName(old, names);
  const target = name.startsWith('"') ? quoted(newName) : newName;
  const { into, values, keepsRowid } = copiedColumns(from, to);
  // What a constraint would do with a row that it cannot take, IGNORE or REPLACE, would lose rows here.
  const insert = normalTokens(createSql).some((token) => isWord(token, 'conflict')) ? 'INSERT OR ABORT INTO' : 'INSERT INTO';
  const copy = `${insert} ${target} (${into.join(', ')})\nSELECT ${values.join(', ')} FROM ${name}`;
  const sequence = [
    `DELETE FROM sqlite_sequence WHERE name = ${literal(newName)}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${literal(newName)}, seq FROM sqlite_sequence WHERE name = ${literal(old.name)}`,
  ];
  return [
    [`${old.name} as it is to be.`, [createAs(createSql, target, old.name)]],
    [keepsRowid ? 'Its rows, with the rowids that they have.' : 'Its rows.', into.length > 0 ? [copy] : []],
    ['Numbers that were given once are not given again.', from.isAutoincrement && to.isAutoincrement ? sequence : []],
    ['In this order references to the table stay as they are.', [`DROP TABLE ${name}`, `ALTER TABLE ${target} RENAME TO ${name}`]],
  ];
}

/** A name that nothing has. */
function freeName({ name }: SchemaObject, taken: ReadonlySet<string>): string {
  let free = `_new_${name}`;
  while (taken.has(foldCase(free))) free = `_${free}`;
  return free;
}

/**
 * The columns to insert into, and what to select for each. Generated ones are left out; without a column that is the
 * rowid, the rowid is kept by name, since nothing else promises that.
 */
function copiedColumns(from: TableDefinition, to: TableDefinition): { into: string[]; values: string[]; keepsRowid: boolean } {
  const known = new Set(from.columns.map(({ name }) => name));
  const labels = to.columns.filter(({ name, isGenerated }) => known.has(name) && !isGenerated).map(({ label }) => label);
  const isByColumn = to.rowidColumn !== undefined && known.has(to.rowidColumn);
  const [source, target] = [rowidName(from), rowidName(to)];
  if (isByColumn || source === undefined || target === undefined) return { into: labels, values: labels, keepsRowid: false };
  return { into: [target, ...labels], values: [source, ...labels], keepsRowid: true };
}

/** Undefined where there is no rowid, or columns have taken all of its names. */
function rowidName({ columns, hasRowid }: TableDefinition): string | undefined {
  if (!hasRowid) return undefined;
  return ROWID_NAMES.find((rowid) => !columns.some(({ name }) => name === rowid));
}

/** A CREATE TABLE statement with another name, its own columns by the table's name included. */
function createAs(sql: string, newName: string, oldName: string): string {
  const text = trimStatement(sql);
  const tokens = normalTokens(text);
  const at = createdNameAt(tokens);
  const [start, end] = [tokens[at]?.start ?? 0, tokens[at]?.end ?? 0];
  const folded = foldCase(oldName);
  if (foldCase(nameOf(text.slice(start, end))) !== folded) throw new UsageError(`Expected a statement CREATE TABLE ${oldName} (columns).`);
  let body = '';
  let done = end;
  for (const [index, token] of tokens.entries()) {
    // References to itself keep the old name, which is the new table's in the end; RENAME corrects the others.
    const isOwner = index > at && tokens[index + 1]?.text === '.' && foldCase(nameOf(text.slice(token.start, token.end))) === folded;
    if (!isOwner) continue;
    body += text.slice(done, token.start) + newName;
    done = token.end;
  }
  return `CREATE TABLE ${newName}${body}${text.slice(done)}`;
}
