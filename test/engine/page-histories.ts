import fc from 'fast-check';
import type { Connection } from '../../src/engine/connection.js';
import { SqlError } from '../../src/errors/sql-error.js';
import { checksum } from '../../src/page/checksum.js';
import { engine, imageOf, openConnection } from './open-connection.js';

export const PAGE_SIZES: readonly number[] = [512, 1024, 4096, 32_768, 65_536];

/** The file of a table `t` with an index and that many rows. */
export function tableImage(count: number, pageSize = 4096): Uint8Array {
  const database = engine.detached(new Uint8Array(0));
  database.exec(`
    PRAGMA page_size = ${pageSize};
    CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, body);
    CREATE INDEX t_name ON t (name);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})
    INSERT INTO t (name, body) SELECT 'row ' || i, zeroblob(80) FROM n;
    VACUUM`);
  const image = database.export();
  database.close();
  return image;
}

/** A connection over such a file. */
export function openTable(count: number): Connection {
  return openConnection(tableImage(count));
}

/** Stands for the bytes of a file, which are slow to compare one by one. */
export function fingerprint(connection: Connection): string {
  const image = imageOf(connection);
  return `${image.length} bytes, checksum ${checksum(image)}`;
}

const small = fc.integer({ min: 0, max: 9 });

/** One statement of a history; some fail, as on a column that is there already. */
export const someChange: fc.Arbitrary<string> = fc.oneof(
  small.map((n) => `INSERT INTO t (name, body) SELECT 'new ' || random(), zeroblob(${n * 700}) FROM t LIMIT ${n * 5}`),
  small.map((n) => `UPDATE t SET name = name || '${n}', body = randomblob(${n * 300}) WHERE id % 10 = ${n}`),
  small.map((n) => `DELETE FROM t WHERE id % 7 = ${n}`),
  fc.constant('DELETE FROM t'),
  small.map((n) => `ALTER TABLE t ADD COLUMN extra${n} DEFAULT ${n}`),
  small.map((n) => `ALTER TABLE t DROP COLUMN extra${n}`),
  fc.constantFrom('CREATE INDEX t_body ON t (body)', 'DROP INDEX t_body', 'REINDEX', 'ANALYZE'),
  small.map((n) => `CREATE TABLE other${n} AS SELECT * FROM t`),
  small.map((n) => `DROP TABLE IF EXISTS other${n}`),
  fc.constantFrom('CREATE VIEW v AS SELECT id FROM t', 'DROP VIEW IF EXISTS v'),
);

/** Runs `use`, putting back each page it lacks, until it comes to its end. */
export function refill<Result>(
  connection: Connection,
  pages: readonly Uint8Array[],
  putBack: (page: number, bytes: Uint8Array) => void,
  use: () => Result,
): { result: Result; faults: number } {
  for (let faults = 0; ; faults++) {
    try {
      return { result: use(), faults };
    } catch (thrown) {
      const page = connection.file.fault;
      const bytes = page === undefined ? undefined : pages[page];
      if (!(thrown instanceof SqlError) || thrown.code !== 'SQL_IO' || page === undefined || !bytes) throw thrown;
      connection.file.fault = undefined;
      putBack(page, bytes);
    }
  }
}
