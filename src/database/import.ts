import type { Connection } from '../engine/connection.js';
import { type Engine, pagesOfImage } from '../engine/engine.js';
import { ImportError, NewerSchemaError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import { SqlError } from '../errors/sql-error.js';
import type { Migration } from '../migrate/chain.js';
import { planUpgrade } from '../migrate/plan.js';
import { readStanding, runPlan } from '../migrate/run.js';
import { missingFrom, readSchema } from '../migrate/schema.js';
import { checkFile } from './check-file.js';

export interface ImportParts {
  readonly engine: Engine;
  readonly chain: readonly Migration[];
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
  const { engine, chain, now } = parts;
  const { pages, pageSize } = pagesOfImage(checkFile(engine, bytes));
  const connection = engine.connect(pages, pageSize);
  try {
    if (chain.length > 0) {
      await checkVersion(connection, parts);
      await runPlan(connection, planUpgrade(chain, readStanding(connection)), { now });
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

async function checkVersion(connection: Connection, { engine, chain, now, schemaVersion }: ImportParts): Promise<void> {
  const standing = readStanding(connection);
  const head = chain.length;
  if (standing.schemaVersion > head) throw new NewerSchemaError(standing.schemaVersion, head, 'file');
  const isUnversioned = standing.schemaVersion === 0 && standing.hasTables;
  if (isUnversioned && schemaVersion === undefined) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file has tables and schema version 0: it was made without a chain. Pass { schemaVersion }, the version of this chain (1 to ${head}) that it corresponds to.`,
    );
  }
  if (standing.schemaVersion < 0) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file says schema version ${standing.schemaVersion}, and versions count from 1. It is not of this chain.`,
    );
  }
  const version = isUnversioned ? Number(schemaVersion) : standing.schemaVersion;
  if (!Number.isInteger(version) || version < (isUnversioned ? 1 : 0) || version > head) {
    throw new ImportError('IMPORT_SCHEMA', `schemaVersion is to be a version of this chain, 1 to ${head}.`);
  }
  const missing = missingFrom(readSchema(connection), await schemaAt(engine, { chain, now }, version));
  if (missing.length > 0) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file says schema version ${version} and lacks ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ', ...' : ''}. It is not of this chain.`,
    );
  }
  if (isUnversioned) connection.script(`PRAGMA user_version = ${version}`);
}

/** The schema that the chain makes from nothing, up to a version. */
async function schemaAt(
  engine: Engine,
  { chain, now }: Pick<ImportParts, 'chain' | 'now'>,
  version: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { pages, pageSize } = pagesOfImage(engine.emptyImage);
  const fresh = engine.connect(pages, pageSize);
  try {
    await runPlan(fresh, planUpgrade(chain.slice(0, version), readStanding(fresh)), { now });
    return readSchema(fresh);
  } catch (cause) {
    if (!(cause instanceof MigrationError)) throw cause;
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The chain itself fails at version ${version} on an empty database, so no file can be compared with it: ${cause.message}`,
      { cause },
    );
  } finally {
    fresh.close();
  }
}
