import type { Connection } from '../../src/engine/connection.js';
import { type Engine, loadEngine, pagesOfImage } from '../../src/engine/engine.js';
import { wasmUrl } from '../../src/engine/wasm-url.js';

/** The engine of this test run, on real sql.js. */
export const engine: Engine = await loadEngine(wasmUrl);

/** A connection over an empty database, or over the file given. */
export function openConnection(image: Uint8Array = engine.emptyImage): Connection {
  const { pages, pageSize } = pagesOfImage(image);
  return engine.connect(pages, pageSize);
}

/** What a connection holds, as one SQLite file. */
export function imageOf(connection: Connection): Uint8Array<ArrayBuffer> {
  return connection.file.image(connection.header.pageCount);
}

/** Runs statements in one transaction. */
export function change(connection: Connection, ...statements: string[]): void {
  connection.script(`BEGIN; ${statements.join('; ')}; COMMIT`);
  connection.forgetSchema();
}

export function rows(connection: Connection, sql: string): unknown[][] {
  return connection.with(sql, 'read', (statement) => statement.values(undefined, 1000));
}
