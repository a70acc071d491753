import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { pagesOfImage } from '../../src/engine/engine.js';
import type { SealedPages } from '../../src/engine/paged-file.js';
import { PagedFile } from '../../src/engine/paged-file.js';
import { runTransaction } from '../../src/engine/transaction.js';
import { SqlError } from '../../src/errors/sql-error.js';
import { change, engine, imageOf, openConnection, rows } from './open-connection.js';
import { fingerprint, openTable, PAGE_SIZES, refill, someChange, tableImage } from './page-histories.js';

/** Commits one statement and takes its pages; a statement that fails leaves none. */
function commit(connection: Connection, sql: string): SealedPages {
  try {
    runTransaction(connection, (tx) => tx.run(sql));
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    expect(connection.file.isDirty).toBe(false);
  }
  return connection.file.seal();
}

function integrity(connection: Connection): unknown {
  return connection.value('PRAGMA integrity_check');
}

describe('a paged file', () => {
  it('knows few pages as written after an insert of one row in a big table', () => {
    const connection = openTable(20_000);
    expect(connection.header.pageCount).toBeGreaterThan(400);
    const { pages } = commit(connection, "INSERT INTO t (name) VALUES ('one')");
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.length).toBeLessThanOrEqual(6);
    connection.close();
  });

  it('knows no page as written after reads, after a rollback and after a seal', () => {
    const connection = openTable(100);
    rows(connection, 'SELECT * FROM t ORDER BY name');
    connection.script('BEGIN IMMEDIATE; DELETE FROM t; CREATE TABLE other (a); ROLLBACK');
    expect(connection.file.isDirty).toBe(false);
    change(connection, 'DELETE FROM t');
    expect(connection.file.isDirty).toBe(true);
    connection.file.seal();
    expect(connection.file.isDirty).toBe(false);
    connection.close();
  });

  it('writes no page before COMMIT, however big the transaction', () => {
    const connection = openTable(10);
    connection.script('BEGIN IMMEDIATE; PRAGMA cache_size = 10');
    connection.script(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
       INSERT INTO t (name, body) SELECT i, zeroblob(900) FROM n`,
    );
    expect(connection.file.isDirty).toBe(false);
    connection.script('COMMIT');
    expect(connection.file.seal().pages.length).toBeGreaterThan(1000);
    connection.close();
  });

  it('goes back to what it was at any time of any history', () => {
    const history = fc.array(someChange, { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(history, fc.nat(), (statements, choice) => {
        const connection = openTable(50);
        const prints = [fingerprint(connection)];
        const seals: SealedPages[] = [];
        for (const sql of statements) {
          seals.unshift(commit(connection, sql));
          prints.push(fingerprint(connection));
        }
        const target = choice % prints.length;
        connection.undo(seals.slice(0, statements.length - target));
        expect(fingerprint(connection)).toBe(prints[target]);
        expect(integrity(connection)).toBe('ok');
        // What was undone can be done again, on the same connection.
        for (const sql of statements.slice(target)) commit(connection, sql);
        expect(integrity(connection)).toBe('ok');
        connection.close();
      }),
      { numRuns: 60 },
    );
  });

  it('goes back to before the first of several commits that were sealed together', () => {
    const connection = openTable(50);
    const before = fingerprint(connection);
    for (const name of ['a', 'b']) change(connection, `UPDATE t SET name = '${name}'`);
    const sealed = connection.file.seal();
    expect(new Set(sealed.pages.map(([page]) => page)).size).toBe(sealed.pages.length);
    connection.undo([sealed]);
    expect(fingerprint(connection)).toBe(before);
    connection.close();
  });

  it('keeps two connections equal that write in turns and pass their pages on', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), someChange), { minLength: 2, maxLength: 30 }), (turns) => {
        const [left, right] = [openConnection(tableImage(50)), openConnection(tableImage(50))];
        for (const [isLeft, sql] of turns) {
          const [writer, reader] = isLeft ? [left, right] : [right, left];
          reader.apply([commit(writer, sql).pages]);
          const seen = 'SELECT * FROM t ORDER BY id';
          expect(String(rows(reader, seen))).toBe(String(rows(writer, seen)));
        }
        expect([integrity(left), integrity(right)]).toEqual(['ok', 'ok']);
        expect(fingerprint(left)).toBe(fingerprint(right));
        for (const connection of [left, right]) connection.close();
      }),
      { numRuns: 40 },
    );
  });

  it('shows old rows when pages change without the cache being dropped, and never through apply', () => {
    const [writer, careless, careful] = [openTable(10), openTable(10), openTable(10)];
    const query = 'SELECT name FROM t WHERE id = 1';
    for (const connection of [writer, careless, careful]) expect(rows(connection, query)).toEqual([['row 1']]);
    const { pages } = commit(writer, "UPDATE t SET name = 'new' WHERE id = 1");
    careless.file.apply(pages);
    expect(rows(careless, query)).toEqual([['row 1']]);
    careful.apply([pages]);
    expect(rows(careful, query)).toEqual([['new']]);
    for (const connection of [writer, careless, careful]) connection.close();
  });

  it('shows the rows of before after an undo', () => {
    const connection = openTable(10);
    const sealed = commit(connection, 'DELETE FROM t');
    expect(rows(connection, 'SELECT count(*) FROM t')).toEqual([[0]]);
    connection.undo([sealed]);
    expect(rows(connection, 'SELECT count(*) FROM t')).toEqual([[10]]);
    connection.close();
  });

  it('sees the schema of another tab that has the same cookie as its own undone one', () => {
    const [own, other] = [openTable(10), openTable(10)];
    const undone = commit(own, 'CREATE TABLE mine (a)');
    const cookie = own.header.schemaCookie;
    expect(rows(own, 'SELECT * FROM mine')).toEqual([]);
    const { pages } = commit(other, 'CREATE TABLE theirs (b DEFAULT 5, c)');
    expect(other.header.schemaCookie).toBe(cookie);
    own.undo([undone]);
    own.apply([pages]);
    expect(own.header.schemaCookie).toBe(cookie);
    expect(() => rows(own, 'SELECT * FROM mine')).toThrow(expect.objectContaining({ code: 'SQL_NO_SUCH_TABLE' }));
    runTransaction(own, (tx) => tx.run('INSERT INTO theirs (c) VALUES (1)'));
    expect(rows(own, 'SELECT * FROM theirs')).toEqual([[5, 1]]);
    for (const connection of [own, other]) connection.close();
  });

  it('forgets the pages past the end that a commit made elsewhere gives', () => {
    const connection = openTable(2000);
    const small = pagesOfImage(tableImage(5)).pages.map((bytes, page) => [page, bytes] as const);
    const pageCount = connection.header.pageCount;
    connection.apply([small]);
    expect(connection.header.pageCount).toBe(small.length);
    for (let page = small.length; page < pageCount; page++) expect(connection.file.page(page)).toBeUndefined();
    connection.close();
  });
});

describe('an absent page', () => {
  function evictAll(connection: Connection): readonly Uint8Array[] {
    const { pages } = pagesOfImage(imageOf(connection));
    connection.apply([]);
    for (const page of pages.keys()) connection.file.evict(page);
    return pages;
  }

  it('fails a statement as a disk would and is named by the fault', () => {
    const connection = openTable(100);
    evictAll(connection);
    expect(() => rows(connection, 'SELECT * FROM t')).toThrow(expect.objectContaining({ name: 'SqlError', code: 'SQL_IO' }));
    expect(connection.file.fault).toBe(0);
    connection.close();
  });

  for (const way of ['connection', 'file'] as const) {
    it(`is there again once it is put back through the ${way}, for a read and for a transaction`, () => {
      const connection = openTable(3000);
      const pages = evictAll(connection);
      const putBack = (page: number, bytes: Uint8Array) =>
        way === 'file' ? connection.file.apply([[page, bytes]]) : connection.apply([[[page, bytes]]]);
      const first = refill(connection, pages, putBack, () => rows(connection, 'SELECT name FROM t WHERE id = 2999'));
      expect(first.result).toEqual([['row 2999']]);
      expect(first.faults).toBeGreaterThan(0);
      expect(first.faults).toBeLessThan(6);
      const second = refill(connection, pages, putBack, () =>
        runTransaction(connection, (tx) => {
          tx.run("INSERT INTO t (name) VALUES ('late')");
          tx.run("UPDATE t SET name = name || '!' WHERE id % 500 = 0");
          tx.run('CREATE INDEX by_body ON t (body)');
          return tx.get('SELECT count(*) AS count FROM t')?.['count'];
        }),
      );
      expect(second.result.result).toBe(3001);
      expect(second.faults).toBeGreaterThan(first.faults);
      const written = connection.file.seal();
      // integrity_check lists pages that it cannot get and goes on: it is of no use as long as there are any.
      for (const [page, bytes] of pages.entries()) if (!connection.file.page(page)) putBack(page, bytes);
      expect(integrity(connection)).toBe('ok');
      expect(rows(connection, "SELECT count(*) FROM t WHERE name LIKE '%!'")).toEqual([[6]]);
      connection.undo([written]);
      expect(rows(connection, 'SELECT count(*) FROM t')).toEqual([[3000]]);
      connection.close();
    });
  }
});

describe('a file of any page size', () => {
  it.each(PAGE_SIZES)('of %i bytes is read, written, undone and opened by plain sql.js', (pageSize) => {
    const image = tableImage(300, pageSize);
    expect(pagesOfImage(image).pageSize).toBe(pageSize);
    const connection = openConnection(image);
    expect(rows(connection, 'SELECT count(*), max(name) FROM t')).toEqual([[300, 'row 99']]);
    const sealed = commit(connection, 'INSERT INTO t (name, body) SELECT name, zeroblob(70000) FROM t LIMIT 5');
    expect(integrity(connection)).toBe('ok');
    const plain = engine.detached(imageOf(connection));
    expect(plain.exec('PRAGMA integrity_check; SELECT count(*), max(length(body)) FROM t').map(({ values }) => values)).toEqual([
      [['ok']],
      [[305, 70000]],
    ]);
    plain.close();
    connection.undo([sealed]);
    expect(imageOf(connection)).toEqual(image);
    expect(integrity(connection)).toBe('ok');
    connection.close();
  });
});

describe('a damaged file', () => {
  const queries = ['SELECT * FROM t ORDER BY name', 'SELECT * FROM sqlite_schema', 'PRAGMA integrity_check'];

  function readAll(image: Uint8Array): void {
    const connection = openConnection(image);
    try {
      for (const sql of queries) rows(connection, sql);
    } finally {
      connection.close();
    }
  }

  const image = tableImage(300);
  const cases: [string, () => Uint8Array][] = [
    ['empty', () => new Uint8Array(0)],
    ['cut off within the header', () => image.slice(0, 50)],
    ['cut off within its first page', () => image.slice(0, 2000)],
    ['cut off within a later page', () => image.slice(0, 4096 * 2 + 10)],
    ['full of garbage', () => new Uint8Array(8192).fill(0x5a)],
    ['garbage in its second page', () => image.slice().fill(0xff, 4096, 8192)],
  ];
  it.each(cases)('is a typed error where it is %s', (_, damaged) => {
    expect(() => readAll(damaged())).toThrow(expect.objectContaining({ name: 'SqlError', code: 'SQL_CORRUPT' }));
  });

  it('is made of whole pages where it was cut off within one', () => {
    const { pages, pageSize } = pagesOfImage(image.slice(0, 4096 + 10));
    expect(pages.map(({ length }) => length)).toEqual([pageSize, pageSize]);
    expect(pages[1]?.subarray(0, 10)).toEqual(image.slice(4096, 4096 + 10));
    expect(pages[1]?.subarray(10).every((byte) => byte === 0)).toBe(true);
  });

  it('never gives an error without a type, whatever the bytes', () => {
    const damage = fc.record({ at: fc.nat(image.length - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) });
    fc.assert(
      fc.property(damage, ({ at, bytes }) => {
        const damaged = image.slice();
        damaged.set(bytes.subarray(0, damaged.length - at), at);
        try {
          readAll(damaged);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SqlError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a page', () => {
  it('is kept as unsigned bytes, and whole after a partial write', () => {
    const file = new PagedFile([new Uint8Array(512)], 512);
    // As sql.js does it: its heap is signed.
    file.set(new Int8Array(512).fill(-7) as unknown as Uint8Array, 0);
    file.set(new Int8Array(16).fill(1) as unknown as Uint8Array, 0);
    expect(file.page(0)).toBeInstanceOf(Uint8Array);
    expect([file.page(0)?.[0], file.page(0)?.[100]]).toEqual([1, 249]);
  });
});
