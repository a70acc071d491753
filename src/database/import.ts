import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { ImportError, UsageError } from '../errors/database-error.js';
import { SqlError } from '../errors/sql-error.js';
import { runPlan } from '../migrate/run.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';
import { checkHeader, MAX_IMPORT_BYTES } from './check-file.js';
import type { ImportOptions } from './database.js';
import type { Verdict } from './examine.js';
import { type FileVersion, judge } from './file-verdict.js';
import type { Upgrader } from './upgrade.js';

export interface ImportParts extends Omit<ImportOptions, 'check'> {
  readonly engine: Engine;
  readonly upgrader: Upgrader;
  readonly now: () => number;
  /** The database that is to be replaced. */
  readonly current: () => Connection;
  /** Looks at the file where it does no harm. */
  readonly examine: (bytes: Uint8Array, verdict: Verdict) => Promise<Uint8Array>;
}

/**
 * The bytes as a file that may replace the database: whole, without foreign code, and at the head of the chain. Nothing of the
 * database is touched.
 *
 * @throws {ImportError} when the bytes are no whole SQLite file, or not of this chain.
 * @throws {NewerSchemaError} when the file is newer than the code.
 * @throws {MigrationError} when a step of the upgrade fails on it.
 */
export async function prepareImport(bytes: Uint8Array, parts: ImportParts): Promise<Uint8Array> {
  const { engine, upgrader, now, maxBytes = MAX_IMPORT_BYTES, foreignObjects = 'refuse' } = parts;
  checkOptions(maxBytes, foreignObjects);
  checkHeader(bytes, maxBytes);
  const userVersion = readHeader(bytes.subarray(0, HEADER_BYTES))?.userVersion ?? 0;
  let version: FileVersion | undefined;
  const image = await parts.examine(bytes, async (findings) => {
    const judged = await judge(findings, { ...parts, userVersion, foreignObjects });
    version = judged.version;
    return judged.dropped;
  });
  if (upgrader.chain.length === 0) return image;
  const connection = engine.open(image);
  try {
    if (version?.isGiven) connection.script(`PRAGMA user_version = ${version.number}`);
    await runPlan(connection, await upgrader.plan(() => connection), { now });
    return connection.file.image(connection.header.pageCount);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    throw new ImportError('IMPORT_SCHEMA', `The file cannot be brought to this chain: ${cause.message}. It is not of this chain.`, {
      cause,
    });
  } finally {
    connection.close();
  }
}

function checkOptions(maxBytes: unknown, foreignObjects: string): void {
  if (typeof maxBytes !== 'number' || !(maxBytes > 0)) throw new UsageError('maxBytes of import() is to be a number of bytes above 0.');
  if (!['refuse', 'drop', 'keep'].includes(foreignObjects))
    throw new UsageError("foreignObjects of import() is to be one of 'refuse', 'drop', 'keep'.");
}
