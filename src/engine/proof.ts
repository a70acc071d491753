import { EngineError } from '../errors/engine-error.js';
import { Connection } from './connection.js';
import { PagedFile } from './paged-file.js';
import type { SqlJs } from './sql-js.js';

const NEEDED = 'sql.js >= 1.16 < 2, started by Tablite: open a database before anything else starts sql.js';
const PAGE_SIZE = 4096;

/**
 * Proves on the sql.js at hand what the engine rests on: the paged file is adopted, a write is seen, it is undone, and text is
 * read exactly. There is no fallback.
 *
 * @returns the pages of an empty database.
 * @throws {EngineError} `ENGINE_UNFIT`, naming what was found.
 */
export function proveEngine(sqlJs: SqlJs): Uint8Array {
  let version = 'unknown';
  let connection: Connection | undefined;
  try {
    const empty = emptyImage(sqlJs);
    const file = new PagedFile([empty], PAGE_SIZE);
    connection = new Connection(sqlJs, file);
    version = String(connection.value('SELECT sqlite_version()'));
    connection.script("CREATE TABLE proof (text); INSERT INTO proof VALUES (char(65279) || 'exact')");
    expect(file.isDirty, 'writes do not reach the paged file');
    expect(
      connection.value('SELECT text FROM proof') === '\ufeffexact',
      'text loses a leading U+FEFF (sql.js was started before Tablite loaded it)',
    );
    connection.undo([file.seal()]);
    expect(connection.value('SELECT count(*) FROM sqlite_schema') === 0, 'an undone write still shows');
    expect(connection.header.pageCount === 1, 'the header was not undone');
    return empty;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('ENGINE_UNFIT', `This sql.js (SQLite ${version}) does not fit: ${reason}. Needed: ${NEEDED}.`, { cause });
  } finally {
    connection?.close();
  }
}

function emptyImage(sqlJs: SqlJs): Uint8Array {
  const database = new sqlJs.Database();
  try {
    return database.export();
  } finally {
    database.close();
  }
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new EngineError('ENGINE_UNFIT', otherwise);
}
