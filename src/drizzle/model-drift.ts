import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../database/database.js';
import type { Connection } from '../engine/connection.js';
import { type Engine, loadEngine } from '../engine/engine.js';
import { wasmUrl as bundledWasmUrl } from '../engine/wasm-url.js';
import { differences } from '../migrate/differences.js';
import { readStructure, type Structure } from '../migrate/structure.js';
import { createTableStatements } from './model-sql.js';

export interface ModelDriftOptions {
  /** Where sql.js's WebAssembly is; beside the library by default. */
  readonly wasmUrl?: string;
}

/**
 * In what the models disagree with the schema of a database, in readable lines; none when they say the same of tables, columns,
 * types, nullability, defaults, CHECKs, unique keys, foreign keys and indexes.
 *
 * `tasks.status is text, expected varchar(9) not null default 'pending'` tells what the model says and what the database has.
 * Triggers and views are not compared. Tablite's own tables (`tablite_...`) need no model, any other does.
 *
 * @throws {SqlError} when the models make no valid tables.
 */
export async function modelDrift(database: Database, tables: readonly SQLiteTable[], options: ModelDriftOptions = {}): Promise<string[]> {
  const [engine, image] = await Promise.all([loadEngine(options.wasmUrl ?? bundledWasmUrl), database.export()]);
  const expected = structureOf(engine, image, () => undefined);
  const found = structureOf(engine, engine.emptyImage, (connection) => {
    for (const statement of createTableStatements(tables)) connection.script(statement);
    connection.forgetSchema();
  });
  return differences(found, expected);
}

function structureOf(engine: Engine, image: Uint8Array, prepare: (connection: Connection) => void): Structure {
  const connection = engine.open(image);
  try {
    prepare(connection);
    const entries = [...readStructure(connection)];
    return new Map(entries.filter(([, { kind, table }]) => kind !== 'trigger' && kind !== 'view' && !table.startsWith('tablite_')));
  } finally {
    connection.close();
  }
}
