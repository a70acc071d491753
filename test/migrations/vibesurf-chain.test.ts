import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { engine, imageOf, openConnection, rows } from '../engine/open-connection.js';
import facts from '../facts/vibesurf-schema.json';

type Column = [name: string, type: string, notNull: boolean, defaultValue: string | null, primaryKey: number];

interface TableFacts {
  since: number;
  columns: Column[];
  indexes: { name: string; columns: string[] }[];
  unique: string[][];
  updatedAtTrigger: string | null;
  allowedValues: Partial<Record<string, string[]>>;
  columnsAddedLater?: Partial<Record<string, number>>;
}

// JSON has no tuples: what the file holds is checked by the comparison itself.
const tables = Object.entries(facts.tables as unknown as Record<string, TableFacts>);
const LATEST = facts.migrations.length;

const sqlByPath = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

function sqlOf(version: number): string {
  const file = facts.migrations.find((migration) => migration.version === version)?.file;
  return sqlByPath[`/migrations/${file}`] ?? '';
}

function migrate(connection: Connection, from: number, to: number): void {
  for (let version = from; version <= to; version++) connection.script(sqlOf(version));
  connection.forgetSchema();
}

function schemaObjects(connection: Connection, type: string, table = '%'): unknown[] {
  return rows(connection, `SELECT name FROM sqlite_schema WHERE type = '${type}' AND tbl_name LIKE '${table}' ORDER BY name`).flat();
}

function columnsOf(connection: Connection, table: string): unknown[] {
  return rows(connection, `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo('${table}') ORDER BY cid`).map(
    ([name, type, notNull, defaultValue, primaryKey, hidden]) => {
      expect(hidden).toBe(0);
      return [name, type, notNull === 1, defaultValue, primaryKey];
    },
  );
}

/** The indexes of a table by where they come from: `c` made by CREATE INDEX, `u` by a UNIQUE constraint. */
function indexesOf(connection: Connection, table: string, origin: 'c' | 'u'): { name: string; columns: unknown[] }[] {
  const listed = rows(
    connection,
    `SELECT name, "unique", partial FROM pragma_index_list('${table}') WHERE origin = '${origin}' ORDER BY name`,
  );
  return listed.map(([name, unique, partial]) => {
    expect([unique, partial]).toEqual([origin === 'u' ? 1 : 0, 0]);
    return { name: String(name), columns: rows(connection, `SELECT name FROM pragma_index_info('${name}') ORDER BY seqno`).flat() };
  });
}

/** One row with every required column filled in. */
function insert(connection: Connection, table: string, given: Readonly<Record<string, string>> = {}): void {
  const required = tables
    .find(([name]) => name === table)?.[1]
    .columns.filter(([, , notNull, defaultValue]) => notNull && defaultValue === null);
  const values = new Map((required ?? []).map(([name]) => [name, name === 'voice_model_type' ? 'asr' : 'x']));
  for (const [name, value] of Object.entries(given)) values.set(name, value);
  const literals = [...values.values()].map((value) => `'${value}'`);
  connection.script(`INSERT INTO ${table} (${[...values.keys()].join(', ')}) VALUES (${literals.join(', ')})`);
}

describe('the VibeSurf chain', () => {
  let connection: Connection;
  beforeEach(() => {
    connection = openConnection();
  });
  afterEach(() => connection.close());

  it('has one file for each version, and no other', () => {
    expect(Object.keys(sqlByPath).sort()).toEqual(facts.migrations.map(({ file }) => `/migrations/${file}`));
  });

  it.each(facts.migrations)('gives at version $version the tables, columns, indexes and triggers of VibeSurf', ({ version }) => {
    migrate(connection, 1, version);
    const present = tables.filter(([, { since }]) => since <= version);
    expect(schemaObjects(connection, 'table')).toEqual(present.map(([name]) => name).sort());
    expect(schemaObjects(connection, 'view')).toEqual([]);
    for (const [table, { columns, columnsAddedLater, indexes, unique, updatedAtTrigger }] of present) {
      const expected = columns.filter(([name]) => (columnsAddedLater?.[name] ?? 1) <= version);
      expect(columnsOf(connection, table), table).toEqual(expected);
      expect(indexesOf(connection, table, 'c'), table).toEqual(indexes);
      expect(
        indexesOf(connection, table, 'u').map((index) => index.columns),
        table,
      ).toEqual(unique);
      expect(schemaObjects(connection, 'trigger', table), table).toEqual(updatedAtTrigger ? [updatedAtTrigger] : []);
    }
    expect(connection.header.userVersion).toBe(0);
    expect(rows(connection, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it.each(tables.filter(([, { updatedAtTrigger }]) => updatedAtTrigger))(
    'sets updated_at with each update of one row of %s',
    (table, { columns }) => {
      migrate(connection, 1, LATEST);
      insert(connection, table);
      const [key] = columns[0] ?? [];
      connection.script(`UPDATE ${table} SET updated_at = '2001-01-01 00:00:00'`);
      const age = `SELECT unixepoch() - unixepoch(updated_at) FROM ${table}`;
      expect(connection.value(age)).toBeLessThan(60);
      // A second row, its key NULL where the table takes that, stays as old as it is made here.
      const others = columns.filter(([, , , , primaryKey]) => primaryKey === 0).map(([name]) => name);
      const uniques = new Set(tables.find(([name]) => name === table)?.[1].unique.flat());
      const copied = others.map((name) => (name === 'updated_at' ? `'2001-01-01 00:00:00'` : uniques.has(name) ? `${name} || '2'` : name));
      connection.script(`INSERT INTO ${table} (${key}, ${others.join(', ')}) SELECT 'second', ${copied.join(', ')} FROM ${table}`);
      connection.script(`UPDATE ${table} SET created_at = created_at WHERE ${key} IS NOT 'second'`);
      expect(connection.value(`SELECT updated_at FROM ${table} WHERE ${key} = 'second'`)).toBe('2001-01-01 00:00:00');
    },
  );

  it.each(['credentials', 'schedules', 'workflow_skills'])('sets updated_at of a row of %s without an id', (table) => {
    migrate(connection, 1, LATEST);
    insert(connection, table, { updated_at: '2001-01-01 00:00:00' });
    expect(connection.value(`SELECT id FROM ${table}`)).toBeNull();
    connection.script(`UPDATE ${table} SET description = 'new'`);
    expect(connection.value(`SELECT unixepoch() - unixepoch(updated_at) FROM ${table}`)).toBeLessThan(60);
  });

  const limited = tables.flatMap(([table, { allowedValues }]) =>
    Object.entries(allowedValues).map(([column, allowed]) => ({ table, column, allowed: allowed ?? [] })),
  );
  it.each(limited)('takes for $column of $table its allowed values and no other', ({ table, column, allowed }) => {
    migrate(connection, 1, LATEST);
    const [key] = tables.find(([name]) => name === table)?.[1].columns[0] ?? [];
    for (const value of allowed) {
      insert(connection, table, { [column]: value });
      connection.script(`DELETE FROM ${table}`);
    }
    for (const value of ['', 'other', allowed[0]?.toUpperCase() ?? '']) {
      const attempt = () => insert(connection, table, { [column]: value, [String(key)]: 'refused' });
      expect(attempt, value).toThrow(expect.objectContaining({ kind: 'check' }));
    }
    expect(connection.value(`SELECT count(*) FROM ${table}`)).toBe(0);
  });

  it('brings upper-case statuses of a table without CHECK to lower case, and leaves what it does not know', () => {
    connection.script(sqlOf(1).replace(/\s*CHECK \(status IN \([^)]*\)\)/, ''));
    connection.script(sqlOf(2));
    const statuses = ['PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'STOPPED', 'running', 'Odd', 'ODD'];
    for (const [index, status] of statuses.entries()) insert(connection, 'tasks', { task_id: String(index), status });
    connection.script(sqlOf(3));
    expect(rows(connection, 'SELECT status FROM tasks ORDER BY task_id').flat()).toEqual([
      ...['pending', 'running', 'paused', 'completed', 'failed', 'stopped', 'running', 'Odd', 'ODD'],
    ]);
  });

  it('gives tasks from before version 2 the default mode', () => {
    migrate(connection, 1, 1);
    insert(connection, 'tasks');
    migrate(connection, 2, 2);
    expect(connection.value('SELECT agent_mode FROM tasks')).toBe('thinking');
  });

  it('keeps every row on the way from version 1 to the latest', () => {
    migrate(connection, 1, 1);
    const first = tables.filter(([, { since }]) => since === 1).map(([table]) => table);
    for (const table of first) insert(connection, table);
    const before = first.map((table) => rows(connection, `SELECT * FROM ${table}`)[0]);
    migrate(connection, 2, LATEST);
    for (const [index, table] of first.entries()) {
      expect(rows(connection, `SELECT * FROM ${table}`)[0]).toEqual(expect.arrayContaining(before[index] ?? []));
    }
    const detached = engine.detached(imageOf(connection));
    expect(detached.exec('PRAGMA integrity_check')[0]?.values).toEqual([['ok']]);
    detached.close();
  });

  it('is written by its own rules', () => {
    for (const [path, sql] of Object.entries(sqlByPath)) {
      const version = Number(/v(\d+)_/.exec(path)?.[1]);
      expect(sql.split('\n', 1)[0], path).toMatch(new RegExp(`^-- Version ${version}: .+\\.$`));
      expect(sql, path).not.toMatch(/\b(PRAGMA|COMMIT|DROP|user_version)\b|\bBEGIN( \w+)?;/);
      for (const [statement] of sql.matchAll(/^CREATE .+/gm))
        expect(statement, path).toMatch(/^CREATE (TABLE|INDEX|TRIGGER) IF NOT EXISTS /);
    }
  });

  it('can be applied again where everything is guarded', () => {
    migrate(connection, 1, LATEST);
    const schema = rows(connection, 'SELECT type, name, sql FROM sqlite_schema ORDER BY name');
    for (let version = 1; version <= LATEST; version++) if (version !== 2) connection.script(sqlOf(version));
    expect(rows(connection, 'SELECT type, name, sql FROM sqlite_schema ORDER BY name')).toEqual(schema);
  });
});
