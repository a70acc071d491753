import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { engineOf } from '../../src/engine/engine.js';
import { loadSqlJs } from '../../src/engine/load-sql-js.js';
import type { Parameters } from '../../src/engine/parameters.js';
import { runTransaction } from '../../src/engine/transaction.js';
import { wasmUrl } from '../../src/engine/wasm-url.js';
import { DuplicateColumnError, ParameterError, SqlError } from '../../src/errors/sql-error.js';
import { countingSqlJs } from './counting-sql-js.js';
import { engine, openConnection } from './open-connection.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
  connection.script("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL)");
});
afterEach(() => connection.close());

const objects = (sql: string, parameters?: Parameters) => connection.with(sql, 'read', (statement) => statement.rows(parameters, 100));
const arrays = (sql: string, parameters?: Parameters) => connection.with(sql, 'read', (statement) => statement.values(parameters, 100));
const first = (sql: string, parameters?: Parameters) => connection.with(sql, 'read', (statement) => statement.first(parameters));

describe('a statement', () => {
  it('gives its rows as objects, as arrays, and its first row', () => {
    expect(objects('SELECT * FROM t WHERE id > 1')).toEqual([
      { id: 2, name: 'two' },
      { id: 3, name: null },
    ]);
    expect(arrays('SELECT * FROM t WHERE id > 1')).toEqual([
      [2, 'two'],
      [3, null],
    ]);
    expect(first('SELECT * FROM t ORDER BY id')).toEqual({ id: 1, name: 'one' });
    expect(first('SELECT * FROM t WHERE id = 9')).toBeUndefined();
    expect(objects('SELECT * FROM t WHERE id = 9')).toEqual([]);
  });

  it('takes no more rows than its limit and starts anew the next time', () => {
    const two = () => connection.with('SELECT id FROM t', 'read', (statement) => statement.values(undefined, 2));
    expect([two(), two()]).toEqual([
      [[1], [2]],
      [[1], [2]],
    ]);
    expect(connection.inTransaction).toBe(false);
  });

  it('keeps nothing of the parameters of the time before', () => {
    expect(arrays('SELECT :a, :b', { a: 1, b: 'x' })).toEqual([[1, 'x']]);
    expect(() => arrays('SELECT :a, :b', { a: 2 })).toThrow(ParameterError);
    expect(arrays('SELECT :a, :b', { a: 2, b: null })).toEqual([[2, null]]);
    expect(arrays('SELECT :a, :b', { a: 2 ** 40, b: 2 ** 41 })).toEqual([[2 ** 40, 2 ** 41]]);
    expect(arrays('SELECT :a, :b', { a: 'y', b: 2 ** 41 })).toEqual([['y', 2 ** 41]]);
  });

  it('refuses two columns of one name as an object and gives them as arrays', () => {
    const sql = 'SELECT a.id, b.id FROM t a JOIN t b USING (id) WHERE a.id = 1';
    expect(() => objects(sql)).toThrow(DuplicateColumnError);
    expect(() => first(sql)).toThrow(expect.objectContaining({ column: 'id' }));
    expect(arrays(sql)).toEqual([[1, 1]]);
  });

  it('gives a column named __proto__ as a plain property', () => {
    const row = first('SELECT 1 AS "__proto__", 2 AS constructor');
    expect(Object.keys(row ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe(1);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it('shows the columns of the schema as it is now', () => {
    const sql = 'SELECT * FROM t WHERE id = 1';
    const write = (ddl: string) => runTransaction(connection, (tx) => tx.run(ddl));
    expect(first(sql)).toEqual({ id: 1, name: 'one' });
    write('ALTER TABLE t ADD COLUMN extra DEFAULT 7');
    expect(first(sql)).toEqual({ id: 1, name: 'one', extra: 7 });
    write('ALTER TABLE t RENAME COLUMN extra TO more');
    expect(first(sql)).toEqual({ id: 1, name: 'one', more: 7 });
    write('ALTER TABLE t DROP COLUMN more');
    expect(first(sql)).toEqual({ id: 1, name: 'one' });
    write('ALTER TABLE t RENAME TO u');
    expect(() => first(sql)).toThrow(expect.objectContaining({ code: 'SQL_NO_SUCH_TABLE' }));
    expect(first('SELECT * FROM u WHERE id = 1')).toEqual({ id: 1, name: 'one' });
  });

  it('shows the columns of the schema that a savepoint or the whole transaction went back to', () => {
    const sql = 'SELECT * FROM t WHERE id = 1';
    runTransaction(connection, (tx) => {
      tx.run('SAVEPOINT before');
      tx.run('ALTER TABLE t ADD COLUMN extra DEFAULT 7');
      expect(tx.get(sql)).toEqual({ id: 1, name: 'one', extra: 7 });
      tx.run('ROLLBACK TO before');
      expect(Object.keys(tx.get(sql) ?? {})).toEqual(['id', 'name']);
    });
    const failing = () =>
      runTransaction(connection, (tx) => {
        tx.run('ALTER TABLE t ADD COLUMN extra DEFAULT 7');
        tx.get(sql);
        throw new RangeError('given up');
      });
    expect(failing).toThrow(RangeError);
    expect(Object.keys(first(sql) ?? {})).toEqual(['id', 'name']);
  });

  it('reports what SQLite says of it as it runs', () => {
    expect(() => first("SELECT json('{')")).toThrow(SqlError);
    expect(first("SELECT json('{}') AS json")).toEqual({ json: '{}' });
  });
});

describe('parameters', () => {
  const fitting: [string, Parameters, unknown[]][] = [
    ['SELECT ?, ?', [1, 'b'], [1, 'b']],
    ['SELECT :a, @b, $c', ['x', 'y', 'z'], ['x', 'y', 'z']],
    ['SELECT :a, @b, $c', { a: 'x', b: 'y', c: 'z' }, ['x', 'y', 'z']],
    ['SELECT :a, @b, $c', { ':a': 'x', '@b': 'y', $c: 'z' }, ['x', 'y', 'z']],
    ['SELECT :a, @a', { ':a': 'x', '@a': 'y' }, ['x', 'y']],
    ['SELECT :a, :b, :a', { a: 2 ** 40, b: 1 }, [2 ** 40, 1, 2 ** 40]],
    ['SELECT :a, :b, :a', [1, 2], [1, 2, 1]],
    ['SELECT ?2, ?1, ?2', ['first', 'second'], ['second', 'first', 'second']],
    ['SELECT ?2, ?', [null, 'second', 'third'], ['second', 'third']],
    ['SELECT ?1, :name, ?', [1, 2, 3], [1, 2, 3]],
    ['SELECT $a::b(c), :ünïcode', { 'a::b(c)': 1, ünïcode: 2 }, [1, 2]],
    ['SELECT \':no\', "?", [@no], `$no`, ? -- ? :no\n /* ? */', [5], [':no', '?', '@no', '$no', 5]],
    ['SELECT 1', [], [1]],
    ['SELECT 1', {}, [1]],
    ['SELECT :__proto__', Object.fromEntries([['__proto__', 3]]), [3]],
  ];
  it.each(fitting)('fit: %s', (sql, parameters, row) => {
    connection.script("CREATE TABLE quoted (\"?\", [@no], `$no`); INSERT INTO quoted VALUES ('?', '@no', '$no')");
    expect(arrays(sql.includes('[@no]') ? sql.replace(' --', ' FROM quoted --') : sql, parameters)).toEqual([row]);
  });

  const unfit: [string, unknown, string, string][] = [
    ['SELECT ?', undefined, 'PARAMETER_MISSING', '1'],
    ['SELECT ?, ?', [1], 'PARAMETER_MISSING', '2'],
    ['SELECT ?3', [1, 2], 'PARAMETER_MISSING', '3'],
    ['SELECT :a, :b', [1], 'PARAMETER_MISSING', ':b'],
    ['SELECT :a, :b', { a: 1 }, 'PARAMETER_MISSING', ':b'],
    ['SELECT :a, @a', { a: 1 }, 'PARAMETER_MISSING', '@a'],
    ['SELECT ?', [1, 2], 'PARAMETER_EXTRA', '2'],
    ['SELECT 1', [1], 'PARAMETER_EXTRA', '1'],
    ['SELECT :a', { a: 1, b: 2 }, 'PARAMETER_UNKNOWN', 'b'],
    ['SELECT :a', { a: 1, ':a': 2 }, 'PARAMETER_UNKNOWN', 'a'],
    ['SELECT 1', { a: 1 }, 'PARAMETER_UNKNOWN', 'a'],
    ['SELECT ?, ?', { 1: 'a', 2: 'b' }, 'PARAMETER_MISSING', '1'],
    ['SELECT :a, ?', { a: 1 }, 'PARAMETER_MISSING', '2'],
    ['SELECT ?', new Uint8Array(1), 'PARAMETER_TYPE', '(all)'],
    ['SELECT ?', 'text', 'PARAMETER_TYPE', '(all)'],
    ['SELECT ?', null, 'PARAMETER_TYPE', '(all)'],
    ['SELECT ?, ?', [undefined, 1], 'PARAMETER_TYPE', '1'],
  ];
  it.each(unfit)('do not fit: %s with %j', (sql, parameters, code, parameter) => {
    const attempt = () => arrays(sql, parameters as Parameters);
    expect(attempt).toThrow(ParameterError);
    expect(attempt).toThrow(expect.objectContaining({ code, parameter }));
  });
});

describe('the cache of statements', () => {
  const BOUND = 128 + 8;

  it('stays small over many texts, frees all it made, and loses none to errors', async () => {
    const { sqlJs, open } = countingSqlJs(await loadSqlJs(wasmUrl));
    const counted = engineOf(sqlJs).connect([engine.emptyImage], 4096);
    const before = open();
    for (let n = 0; n < 1000; n++) {
      counted.with(`SELECT ${n}, ?`, 'read', (statement) => statement.values([n % 2 ? n : 2 ** 40], 1));
      expect(() => counted.with(`SELECT ${n}, ?, 1`, 'read', (statement) => statement.values([Symbol('no') as never], 1))).toThrow(
        ParameterError,
      );
      expect(() => counted.with(`SELECT ${n} FROM nowhere`, 'read', () => 0)).toThrow(SqlError);
      expect(() => counted.with(`ANALYZE temp -- ${n}`, 'write', () => 0)).toThrow(/temporary/);
    }
    expect(open() - before).toBeGreaterThan(64);
    expect(open() - before).toBeLessThanOrEqual(2 * BOUND);
    counted.close();
    expect(open()).toBe(0);
  });

  it('keeps few forms of one statement, whatever its parameters', async () => {
    const { sqlJs, open } = countingSqlJs(await loadSqlJs(wasmUrl));
    const counted = engineOf(sqlJs).connect([engine.emptyImage], 4096);
    for (let bits = 0; bits < 256; bits++) {
      const parameters = Array.from({ length: 8 }, (_, index) => ((bits >> index) & 1 ? 2 ** 40 + index : index));
      expect(counted.with('SELECT ?, ?, ?, ?, ?, ?, ?, ?', 'read', (statement) => statement.values(parameters, 1))).toEqual([parameters]);
    }
    expect(open()).toBeLessThanOrEqual(10);
    counted.forgetSchema();
    expect(open()).toBe(0);
    counted.close();
  });

  it('prepares a statement once while it is in use', async () => {
    const { sqlJs, open } = countingSqlJs(await loadSqlJs(wasmUrl));
    const counted = engineOf(sqlJs).connect([engine.emptyImage], 4096);
    const kept = counted.prepare('SELECT 1', 'read');
    for (let n = 0; n < 300; n++) {
      counted.prepare(`SELECT 2 + ${n}`, 'read');
      expect(counted.prepare('SELECT 1', 'read')).toBe(kept);
    }
    expect(open()).toBe(128);
    counted.close();
  });
});
