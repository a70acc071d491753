import { readTableText } from './create-table.js';
import { columnText, definitionOf, foreignKeyText, indexText, tableText, termText, triggerText } from './entry-text.js';
import { foldCase, joinTokens, type NormalToken, normalTokens } from './normal-sql.js';
import { isVirtual, readSchemaObjects, type SchemaObject, type SchemaReader } from './schema-object.js';
import {
  type ColumnFacts,
  type ForeignKeyFacts,
  type IndexFacts,
  readColumnFacts,
  readForeignKeyFacts,
  readIndexFacts,
} from './schema-pragmas.js';

export type StructureKind = 'table' | 'column' | 'check' | 'unique' | 'foreign key' | 'index' | 'trigger' | 'view';

/** One thing that a schema says. Names are in lower case. */
export interface StructureEntry {
  readonly kind: StructureKind;
  /** The table or view that it is of; a view's own name. */
  readonly table: string;
  /** Its name; where SQL needs none (CHECK, UNIQUE, foreign keys), what it says. */
  readonly name: string;
  /** What is compared, as one readable line: `varchar(9) not null default 'pending'`. */
  readonly text: string;
}

/**
 * What a schema says, by keys that stay the same however it was written.
 *
 * White space, comments, the case and the quotes of names, the names of constraints, the order of columns, whether a constraint
 * stands at a column or at the table, and whether a column came by ALTER TABLE make no difference.
 */
export type Structure = ReadonlyMap<string, StructureEntry>;

/** What the pragmas tell of all tables. */
interface Facts {
  readonly columnsByTable: ReadonlyMap<string, readonly ColumnFacts[]>;
  readonly foreignKeysByTable: ReadonlyMap<string, readonly ForeignKeyFacts[]>;
  readonly indexes: IndexFacts;
}

/**
 * The structure of a database; SQLite's own tables and the history are left out.
 *
 * @throws {SqlError} when the schema cannot be read.
 */
export function readStructure(reader: SchemaReader): Structure {
  return new Map(readEntries(reader, readSchemaObjects(reader)).map((entry) => [keyOf(entry), entry]));
}

/** What these objects of a database's schema say. @throws {SqlError} when the schema cannot be read. */
export function readEntries(reader: SchemaReader, objects: readonly SchemaObject[]): StructureEntry[] {
  const facts: Facts = {
    columnsByTable: readColumnFacts(reader),
    foreignKeysByTable: readForeignKeyFacts(reader),
    indexes: readIndexFacts(reader),
  };
  const names = new Set(objects.map(({ name }) => foldCase(name)));
  for (const columns of facts.columnsByTable.values()) for (const { name } of columns) names.add(name);
  return objects.flatMap((object) => entriesOf(object, normalTokens(object.sql, names), facts));
}

/** What tells an entry from all others of a structure. */
export function keyOf({ kind, table, name }: StructureEntry): string {
  return `${kind}\n${table}\n${name}`;
}

function entriesOf(object: SchemaObject, tokens: readonly NormalToken[], facts: Facts): StructureEntry[] {
  const { type } = object;
  const [table, name] = [foldCase(object.table), foldCase(object.name)];
  switch (type) {
    case 'index': {
      const { termsByName, uniqueNames } = facts.indexes;
      return [{ kind: type, table, name, text: indexText(tokens, termsByName.get(name) ?? [], uniqueNames.has(name)) }];
    }
    case 'trigger':
      return [{ kind: type, table, name, text: triggerText(tokens) }];
    case 'view':
      return [{ kind: type, table, name, text: joinTokens(definitionOf(tokens)) }];
    case 'table':
      if (isVirtual(object.sql)) return [{ kind: type, table, name, text: `virtual ${joinTokens(definitionOf(tokens))}` }];
      return tableEntries(name, tokens, facts);
  }
}

function tableEntries(
  table: string,
  tokens: readonly NormalToken[],
  { columnsByTable, foreignKeysByTable, indexes }: Facts,
): StructureEntry[] {
  const text = readTableText(tokens);
  const columns = columnsByTable.get(table) ?? [];
  const primaryKey = indexes.primaryKeyByTable.get(table);
  const unnamed = (kind: StructureKind, name: string, conflict?: string): StructureEntry => ({
    kind,
    table,
    name,
    text: conflict ? `${name} on conflict ${conflict}` : name,
  });
  return [
    { kind: 'table', table, name: table, text: tableText(text, columns, primaryKey) },
    ...columns.map((column): StructureEntry => {
      const isRowid = column.keyPlace > 0 && !primaryKey;
      return { kind: 'column', table, name: column.name, text: columnText(column, text, isRowid) };
    }),
    ...text.checks.map((check) => unnamed('check', check)),
    ...(indexes.uniquesByTable.get(table) ?? []).map((terms) => {
      const conflict = text.conflictByConstraint.get(`unique (${terms.map(({ column }) => column).join(', ')})`);
      return unnamed('unique', `(${terms.map(termText).join(', ')})`, conflict);
    }),
    ...(foreignKeysByTable.get(table) ?? []).map((key, at) => {
      const parentKey = (columnsByTable.get(key.parent) ?? [])
        .filter(({ keyPlace }) => keyPlace > 0)
        .sort((a, b) => a.keyPlace - b.keyPlace);
      return unnamed(
        'foreign key',
        foreignKeyText(
          key,
          parentKey.map(({ name }) => name),
          text.areDeferred[at] ?? false,
        ),
      );
    }),
  ];
}
