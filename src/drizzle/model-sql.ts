import { is, SQL } from 'drizzle-orm';
import { getTableConfig, type SQLiteColumn, SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { quoted, literal as textLiteral } from '../migrate/normal-sql.js';

type TableConfig = ReturnType<typeof getTableConfig>;
type ForeignKey = TableConfig['foreignKeys'][number];

const dialect = new SQLiteSyncDialect();

/**
 * The statements that make empty tables and their indexes, in the order of the tables. What Drizzle has no words for, such as triggers,
 * collations and STRICT, is not in them.
 */
export function createTableStatements(tables: readonly SQLiteTable[]): string[] {
  return tables.flatMap((table) => {
    const config = getTableConfig(table);
    return [createTable(config), ...config.indexes.map(({ config: index }) => createIndex(config.name, index))];
  });
}

function createTable({ name, columns, primaryKeys, uniqueConstraints, foreignKeys, checks }: TableConfig): string {
  const parts = [
    ...columns.map(columnDefinition),
    ...primaryKeys.map((key) => `PRIMARY KEY ${columnList(key.columns)}`),
    ...uniqueConstraints.map((constraint) => `UNIQUE ${columnList(constraint.columns)}`),
    ...foreignKeys.map(foreignKeyClause),
    ...checks.map((check) => `CONSTRAINT ${quoted(check.name)} CHECK (${inline(check.value)})`),
  ];
  return `CREATE TABLE ${quoted(name)} (\n  ${parts.join(',\n  ')}\n)`;
}

function createIndex(table: string, { name, columns, unique, where }: TableConfig['indexes'][number]['config']): string {
  const terms = columns.map((column) => (is(column, SQL) ? inline(column) : quoted(column.name)));
  const condition = where ? ` WHERE ${inline(where)}` : '';
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${quoted(table)} (${terms.join(', ')})${condition}`;
}

function columnDefinition(column: SQLiteColumn): string {
  const clauses = [quoted(column.name), column.getSQLType()];
  const isAutoincrement = 'autoIncrement' in column && column.autoIncrement === true;
  if (column.primary) clauses.push(isAutoincrement ? 'PRIMARY KEY AUTOINCREMENT' : 'PRIMARY KEY');
  if (column.notNull) clauses.push('NOT NULL');
  if (column.isUnique) clauses.push('UNIQUE');
  if (column.default !== undefined) clauses.push(`DEFAULT ${defaultValue(column)}`);
  if (column.generated) clauses.push(generatedClause(column, column.generated));
  return clauses.join(' ');
}

/** Anything but a literal and the words of time is an expression, which stands in parentheses: https://sqlite.org/lang_createtable.html#the_default_clause */
function defaultValue(column: SQLiteColumn): string {
  if (!is(column.default, SQL)) return literal(column.default === null ? null : column.mapToDriverValue(column.default));
  const text = inline(column.default);
  return /^CURRENT_(?:TIMESTAMP|DATE|TIME)$/i.test(text) ? text : `(${text})`;
}

function generatedClause(column: SQLiteColumn, { as, mode }: NonNullable<SQLiteColumn['generated']>): string {
  const expression: unknown = typeof as === 'function' ? as() : as;
  const text = is(expression, SQL) ? inline(expression) : literal(column.mapToDriverValue(expression));
  return `GENERATED ALWAYS AS (${text}) ${mode === 'stored' ? 'STORED' : 'VIRTUAL'}`;
}

function foreignKeyClause({ reference, onUpdate, onDelete }: ForeignKey): string {
  const { columns, foreignTable, foreignColumns } = reference();
  const actions = [
    ...(onUpdate ? [`ON UPDATE ${onUpdate.toUpperCase()}`] : []),
    ...(onDelete ? [`ON DELETE ${onDelete.toUpperCase()}`] : []),
  ];
  const target = `${quoted(getTableConfig(foreignTable).name)} ${columnList(foreignColumns)}`;
  return ['FOREIGN KEY', columnList(columns), 'REFERENCES', target, ...actions].join(' ');
}

function columnList(columns: readonly SQLiteColumn[]): string {
  return `(${columns.map(({ name }) => quoted(name)).join(', ')})`;
}

/** The text of an expression, its values as literals; columns without their table, which a schema may not name everywhere. */
function inline(expression: SQL): string {
  return dialect.sqlToQuery(expression.inlineParams(), 'indexes').sql;
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `X'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : textLiteral(String(value));
}
