import type { Database } from '../database/database.js';
import type { Connection } from '../engine/connection.js';
import { type Engine, loadEngine } from '../engine/engine.js';
import { wasmUrl } from '../engine/wasm-url.js';

/** The engine that databases of this page use. @throws {EngineError} */
export function pageEngine(): Promise<Engine> {
  return loadEngine(wasmUrl);
}

/** Runs `read` on a connection over a file, whose bytes stay as they are, and closes it. */
export async function withFile<Result>(
  engine: Engine,
  image: Uint8Array,
  read: (connection: Connection) => Result | Promise<Result>,
): Promise<Result> {
  const connection = engine.open(image);
  try {
    return await read(connection);
  } finally {
    connection.close();
  }
}

/** What a database holds, read from a copy of it. */
export async function readDetached<Result>(db: Database, read: (connection: Connection) => Result): Promise<Result> {
  const [engine, image] = await Promise.all([pageEngine(), db.export()]);
  return withFile(engine, image, read);
}
