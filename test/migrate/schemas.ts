import type { Connection } from '../../src/engine/connection.js';
import { type SchemaSnapshot, takeSnapshot } from '../../src/migrate/adopt.js';
import { readStructure, type Structure } from '../../src/migrate/structure.js';
import { vibesurfChain } from '../database/open-test-database.js';
import { openConnection } from '../engine/open-connection.js';

/** The files of the VibeSurf chain, in order. */
export const vibesurfScripts: readonly string[] = Object.keys(vibesurfChain)
  .sort()
  .map((path) => vibesurfChain[path] ?? '');

/** What is read of a database of its own that scripts made. */
export function withDatabase<Result>(scripts: readonly string[], use: (connection: Connection) => Result): Result {
  const connection = openConnection();
  try {
    for (const sql of scripts) connection.script(sql);
    return use(connection);
  } finally {
    connection.close();
  }
}

/** The structure that scripts make. */
export function structureOf(...scripts: readonly string[]): Structure {
  return withDatabase(scripts, readStructure);
}

/** The schema after each script of a chain. */
export function snapshotsOf(scripts: readonly string[]): SchemaSnapshot[] {
  return withDatabase([], (connection) =>
    scripts.map((sql, index) => {
      connection.script(sql);
      return takeSnapshot(connection, index + 1);
    }),
  );
}
