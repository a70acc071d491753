import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { runTransaction, type Transaction } from '../../src/engine/transaction.js';
import { TransactionError } from '../../src/errors/database-error.js';
import { ConstraintError } from '../../src/errors/sql-error.js';
import { openConnection, rows } from './open-connection.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
  connection.script('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)');
  connection.file.seal();
});
afterEach(() => {
  expect(connection.inTransaction).toBe(false);
  connection.close();
});

const names = () => rows(connection, 'SELECT name FROM t ORDER BY id').flat();
const insert = (tx: Transaction, name: string) => tx.run('INSERT INTO t (name) VALUES (?)', [name]);

describe('a transaction', () => {
  it('keeps everything once its callback returns, and gives what that returned', () => {
    const outcome = runTransaction(connection, (tx) => {
      insert(tx, 'a');
      expect(tx.all('SELECT * FROM t')).toEqual([{ id: 1, name: 'a' }]);
      return insert(tx, 'b');
    });
    expect(outcome.result).toEqual({ changes: 1, lastInsertRowid: 2 });
    expect(names()).toEqual(['a', 'b']);
    expect(connection.file.isDirty).toBe(true);
  });

  it('keeps nothing when its callback throws, and throws that on', () => {
    const reason = new RangeError('given up');
    const attempt = () =>
      runTransaction(connection, (tx) => {
        insert(tx, 'a');
        tx.run('CREATE TABLE other (a)');
        throw reason;
      });
    expect(attempt).toThrow(reason);
    expect(names()).toEqual([]);
    expect(connection.file.isDirty).toBe(false);
    expect(rows(connection, "SELECT name FROM sqlite_schema WHERE name = 'other'")).toEqual([]);
  });

  it('goes on after a statement that failed and was caught', () => {
    runTransaction(connection, (tx) => {
      insert(tx, 'a');
      expect(() => insert(tx, 'a')).toThrow(ConstraintError);
      insert(tx, 'b');
    });
    expect(names()).toEqual(['a', 'b']);
  });

  it('refuses a callback that returns a promise, keeps nothing and leaves no rejection unhandled', async () => {
    const unhandled = vi.fn();
    const target = typeof window === 'object' && typeof process !== 'object' ? window : undefined;
    if (target) target.addEventListener('unhandledrejection', unhandled);
    else process.on('unhandledRejection', unhandled);
    const later: unknown[] = [];
    const attempt = () =>
      runTransaction(connection, async (tx) => {
        insert(tx, 'a');
        await null;
        try {
          insert(tx, 'b');
        } catch (thrown) {
          later.push(thrown);
          throw thrown;
        }
      });
    expect(attempt).toThrow(expect.objectContaining({ name: 'TransactionError', code: 'TRANSACTION_ASYNC' }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(later).toEqual([expect.objectContaining({ code: 'TRANSACTION_ENDED' })]);
    expect(unhandled).not.toHaveBeenCalled();
    if (target) target.removeEventListener('unhandledrejection', unhandled);
    else process.off('unhandledRejection', unhandled);
    expect(names()).toEqual([]);
  });

  it('has savepoints within, to go back to or to release', () => {
    runTransaction(connection, (tx) => {
      insert(tx, 'a');
      tx.run('SAVEPOINT one');
      insert(tx, 'b');
      tx.run('SAVEPOINT two');
      insert(tx, 'c');
      tx.run('ROLLBACK TRANSACTION TO SAVEPOINT two');
      tx.run('RELEASE one');
      tx.run('savepoint left_open');
      insert(tx, 'd');
    });
    expect(names()).toEqual(['a', 'b', 'd']);
  });

  it('has parts that are taken back by themselves, with what is told of them', () => {
    const { tables } = runTransaction(connection, (tx) => {
      insert(tx, 'a');
      const kept = tx.savepoint();
      insert(tx, 'b');
      const undone = tx.savepoint();
      tx.run('CREATE TABLE other (x)');
      tx.run('INSERT INTO other VALUES (1)');
      undone.rollBack();
      kept.release();
    });
    expect(names()).toEqual(['a', 'b']);
    expect(tables).not.toContain('other');
  });

  it('keeps nothing when a part is ended twice, or after one around it', () => {
    const endings: ((tx: Transaction) => void)[] = [
      (tx) => {
        const part = tx.savepoint();
        part.release();
        part.rollBack();
      },
      (tx) => {
        const [outer, inner] = [tx.savepoint(), tx.savepoint()];
        outer.rollBack();
        inner.release();
      },
    ];
    for (const end of endings) {
      const write = () =>
        runTransaction(connection, (tx) => {
          insert(tx, 'a');
          expect(() => end(tx)).toThrow(TransactionError);
        });
      expect(write).toThrow(expect.objectContaining({ code: 'TRANSACTION_NESTED' }));
      expect(names()).toEqual([]);
    }
  });

  it('refuses its tx after the end, whether it was kept or not', () => {
    const kept: Transaction[] = [];
    runTransaction(connection, (tx) => kept.push(tx));
    expect(() => runTransaction(connection, (tx) => JSON.parse(`{${kept.push(tx)}`))).toThrow(SyntaxError);
    expect(kept).toHaveLength(2);
    for (const tx of kept) {
      for (const use of [() => tx.all('SELECT 1'), () => tx.get('SELECT 1'), () => tx.values('SELECT 1'), () => insert(tx, 'late')]) {
        expect(use).toThrow(TransactionError);
        expect(use).toThrow(expect.objectContaining({ code: 'TRANSACTION_ENDED' }));
      }
    }
    expect(names()).toEqual([]);
  });

  it('refuses another one within it, which leaves it as it is', () => {
    runTransaction(connection, (tx) => {
      insert(tx, 'a');
      expect(() => runTransaction(connection, (inner) => insert(inner, 'b'))).toThrow(/within a transaction/);
      insert(tx, 'c');
    });
    expect(names()).toEqual(['a', 'c']);
  });

  const rollsBack: [string, string, string][] = [
    ['OR ROLLBACK', '', "INSERT OR ROLLBACK INTO t (name) VALUES ('a')"],
    ['RAISE(ROLLBACK)', "CREATE TRIGGER no BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'not now'); END", 'DELETE FROM t'],
    [
      'ON CONFLICT ROLLBACK',
      'CREATE TABLE strict_one (a UNIQUE ON CONFLICT ROLLBACK); INSERT INTO strict_one VALUES (1)',
      'INSERT INTO strict_one VALUES (1)',
    ],
  ];
  it.each(rollsBack)('refuses to go on after SQLite ended it by %s, even if that was caught', (_, ddl, failing) => {
    connection.script(ddl);
    connection.file.seal();
    let first: unknown;
    const attempt = () =>
      runTransaction(connection, (tx) => {
        insert(tx, 'a');
        try {
          tx.run(failing);
        } catch (thrown) {
          first = thrown;
        }
        for (const use of [() => insert(tx, 'b'), () => tx.all('SELECT 1'), () => tx.get('SELECT 1')]) {
          let again: unknown;
          try {
            use();
          } catch (thrown) {
            again = thrown;
          }
          expect(again).toBe(first);
        }
        return 'as if all were well';
      });
    expect(attempt).toThrow(ConstraintError);
    expect(first).toBeInstanceOf(ConstraintError);
    expect(names()).toEqual([]);
    expect(connection.file.isDirty).toBe(false);
  });

  it('is undone whole when a deferred foreign key does not hold at its end', () => {
    connection.script('CREATE TABLE child (t_id REFERENCES t DEFERRABLE INITIALLY DEFERRED)');
    const attempt = () => runTransaction(connection, (tx) => tx.run('INSERT INTO child VALUES (1)'));
    expect(attempt).toThrow(expect.objectContaining({ kind: 'foreign-key' }));
    expect(rows(connection, 'SELECT * FROM child')).toEqual([]);
  });

  it('defers foreign keys each time it is asked to', () => {
    connection.script('CREATE TABLE child (t_id REFERENCES t)');
    for (const id of [1, 2, 3]) {
      runTransaction(connection, (tx) => {
        tx.run('PRAGMA defer_foreign_keys = ON');
        tx.run('INSERT INTO child VALUES (?)', [id]);
        tx.run('INSERT INTO t (id) VALUES (?)', [id]);
      });
      expect(() => runTransaction(connection, (tx) => tx.run('INSERT INTO child VALUES (9)'))).toThrow(ConstraintError);
    }
  });
});

describe('what a transaction reports', () => {
  it('is the changes and the newest rowid of each statement', () => {
    runTransaction(connection, (tx) => {
      expect(tx.run("INSERT INTO t (name) VALUES ('a'), ('b'), ('c')")).toEqual({ changes: 3, lastInsertRowid: 3 });
      expect(tx.run("UPDATE t SET name = name || '!' WHERE id > 1")).toEqual({ changes: 2, lastInsertRowid: 3 });
      expect(tx.run('WITH few AS (SELECT 1 AS id) DELETE FROM t WHERE id IN (SELECT id FROM few)').changes).toBe(1);
      expect(tx.run('DELETE FROM t WHERE id = 99').changes).toBe(0);
      expect(tx.run('INSERT INTO t (id) VALUES (?)', [2n ** 60n]).lastInsertRowid).toBe(2n ** 60n);
      expect(tx.run("REPLACE INTO t (id, name) VALUES (2, 'again')").changes).toBe(1);
      expect(tx.run("INSERT INTO t (name) VALUES ('r'), ('s') RETURNING id").changes).toBe(2);
    });
  });

  it.each([
    'SELECT 1',
    'REINDEX',
    'ANALYZE',
    'PRAGMA application_id = 5',
    'SAVEPOINT s',
    'CREATE TABLE u AS SELECT * FROM t',
    'DROP TABLE t',
  ])('is no change for %s', (sql) => {
    connection.script('ANALYZE');
    runTransaction(connection, (tx) => {
      tx.run("INSERT INTO t (name) VALUES ('a'), ('b')");
      expect(tx.run(sql).changes).toBe(0);
    });
  });

  it('runs a statement that writes to its end, though only its first row is asked for', () => {
    runTransaction(connection, (tx) => {
      expect(tx.get("INSERT INTO t (name) VALUES ('a'), ('b') RETURNING name")).toEqual({ name: 'a' });
      expect(tx.values('UPDATE t SET name = upper(name) RETURNING name, name')).toEqual([
        ['A', 'A'],
        ['B', 'B'],
      ]);
      expect(tx.get('DELETE FROM t WHERE id = 99 RETURNING id')).toBeUndefined();
    });
    expect(names()).toEqual(['A', 'B']);
  });

  const SCHEMA = `
    CREATE TABLE child (id INTEGER PRIMARY KEY AUTOINCREMENT, t_id REFERENCES t ON DELETE CASCADE);
    CREATE TABLE grandchild (child_id REFERENCES child ON DELETE SET NULL);
    CREATE TABLE audit (what);
    CREATE TABLE "Odd Name" (a PRIMARY KEY) WITHOUT ROWID;
    CREATE VIEW v AS SELECT name FROM t;
    CREATE TRIGGER audited AFTER UPDATE ON t BEGIN INSERT INTO audit VALUES (NEW.name); END;
    CREATE TRIGGER through INSTEAD OF INSERT ON v BEGIN INSERT INTO t (name) VALUES (NEW.name); END;
    CREATE VIRTUAL TABLE texts USING fts4 (body)`;
  const written: [string, string[]][] = [
    ["INSERT INTO t (name) VALUES ('a')", ['t']],
    ["UPDATE t SET name = 'b'", ['audit', 't']],
    ['DELETE FROM t', ['child', 'grandchild', 't']],
    ["INSERT INTO v VALUES ('c')", ['t']],
    ['INSERT INTO child (t_id) VALUES (NULL)', ['child', 'sqlite_sequence']],
    ['INSERT INTO "Odd Name" VALUES (1)', ['odd name']],
    ['DELETE FROM audit', ['audit']],
    ['SELECT * FROM t', []],
    ['CREATE TABLE copied AS SELECT * FROM t', ['sqlite_schema']],
    ['CREATE INDEX audit_what ON audit (what)', ['sqlite_schema']],
  ];
  it.each(written)('is the tables that %s writes', (sql, expected) => {
    connection.script(SCHEMA);
    const { tables } = runTransaction(connection, (tx) => tx.run(sql));
    expect([...tables].sort()).toEqual(expected);
  });

  it('names a virtual table that is written', () => {
    connection.script(SCHEMA);
    expect(runTransaction(connection, (tx) => tx.run("INSERT INTO texts VALUES ('a')")).tables).toContain('texts');
  });
});
