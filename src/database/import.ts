import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { ImportError, NewerSchemaError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import { SqlError } from '../errors/sql-error.js';
import { readStanding, runPlan } from '../migrate/run.js';
import { checkFile } from './check-file.js';
import { lackingIn, type Upgrader } from './upgrade.js';

export interface ImportParts {
  readonly engine: Engine;
  readonly upgrader: Upgrader;
  readonly now: () => number;
  readonly schemaVersion?: number;
}

/**
 * The bytes as a file that may replace the database: whole, and at the head of the chain. Nothing of the database is
 * touched.
 *
 * @throws {ImportError} when the bytes are no whole SQLite file, or not of this chain.
 * @throws {NewerSchemaError} when the file is newer than the code.
 * @throws {MigrationError} when a step of the upgrade fails on it.
 */
export async function prepareImport(bytes: Uint8Array, parts: ImportParts): Promise<Uint8Array> {
  const { engine, upgrader, now } = parts;
  const connection = engine.open(checkFile(engine, bytes));
  try {
    if (upgrader.chain.length > 0) {
      await checkVersion(connection, parts);
      await runPlan(connection, await upgrader.plan(() => connection), { now });
    }
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

/** A file that says a version has to have what that version has; one that says none is adopted, or stamped as the caller says. */
async function checkVersion(connection: Connection, { upgrader, schemaVersion }: ImportParts): Promise<void> {
  const standing = readStanding(connection);
  const head = upgrader.chain.length;
  if (standing.schemaVersion > head) throw new NewerSchemaError(standing.schemaVersion, head, 'file');
  if (standing.schemaVersion < 0) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file says schema version ${standing.schemaVersion}, and versions count from 1. It is not of this chain.`,
    );
  }
  const isUnversioned = standing.schemaVersion === 0 && standing.hasTables;
  if (schemaVersion !== undefined && (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > head))
    throw new ImportError('IMPORT_SCHEMA', `schemaVersion is to be a version of this chain, 1 to ${head}.`);
  const version = isUnversioned ? schemaVersion : standing.schemaVersion;
  if (!version) return;
  const lacking = await lackingAt(connection, upgrader, version);
  if (lacking.length > 0) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file says schema version ${version} and is not of this chain: ${lacking.slice(0, 8).join('; ')}${lacking.length > 8 ? '; ...' : ''}.`,
    );
  }
  if (isUnversioned) connection.script(`PRAGMA user_version = ${version}`);
}

/** The tables and columns of a version that a file does not have. */
async function lackingAt(connection: Connection, upgrader: Upgrader, version: number): Promise<string[]> {
  try {
    const snapshot = (await upgrader.snapshots())[version - 1];
    return snapshot ? lackingIn(connection, snapshot) : [];
  } catch (cause) {
    // What cannot be loaded now may be loaded later: the chain is not at fault.
    if (!(cause instanceof MigrationError) || cause.code === 'MIGRATION_LOAD') throw cause;
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The chain itself fails on an empty database, so no file can be compared with it: ${cause.message}`,
      { cause },
    );
  }
}
