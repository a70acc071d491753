import type { Database } from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import type { Storage } from '../../src/storage/storage.js';
import { engine } from '../engine/open-connection.js';
import { counterChain } from './open-test-database.js';

/** A SQLite file as another program makes it. The script may begin with pragmas of the file: its page size, its encoding. */
export function fileOf(script: string): Uint8Array {
  const database = engine.detached(new Uint8Array(0));
  try {
    database.exec(script);
    return database.export();
  } finally {
    database.close();
  }
}

/** A file of the counter chain at its version, whose counter stands at `value`. */
export function counterFile(value: number, pragmas = ''): Uint8Array {
  return fileOf(`${pragmas}; ${counterChain[0]?.sql}; UPDATE counters SET value = ${value}; PRAGMA user_version = 1`);
}

/** What a query gives on a file, opened by plain sql.js. */
export function rowsOf(file: Uint8Array, sql: string): unknown[][] {
  const database = engine.detached(file);
  try {
    return database.exec(sql).at(-1)?.values ?? [];
  } finally {
    database.close();
  }
}

/** Bytes as a short text, to be compared: a file is long, and matchers are slow. */
export function digestOf(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${checksum(bytes).toString(16)}`;
}

/** The database's file, as a digest. */
export async function digestOfExport(database: Database): Promise<string> {
  return digestOf(await database.export());
}

/** Everything that a storage holds, bytes as digests. */
export async function everythingIn(storage: Storage): Promise<string[]> {
  const [records] = (await storage.read([{ range: { from: ['a'], to: ['z'] } }])) as [unknown[]];
  return records.map((record) => JSON.stringify(record, (_, value: unknown) => (value instanceof Uint8Array ? digestOf(value) : value)));
}
