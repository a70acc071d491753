import type { Database } from '../database/database.js';
import { openDatabase } from '../database/open-database.js';
import type { Migrations } from '../migrate/chain.js';
import { memoryStorage } from '../storage/memory-storage.js';
import type { Storage } from '../storage/storage.js';
import type { Environment } from '../store/environment.js';
import { openHintChannel } from './in-process-hints.js';

export interface TestDatabaseOptions {
  readonly migrations: Migrations;
  /** The version of the chain to stop at; the head by default. `migrate()` goes on from there. */
  readonly version?: number;
  /** A storage of its own in memory by default. Databases over the same storage object see each other as tabs do. */
  readonly storage?: Storage;
  /** The name of the storage by default. */
  readonly name?: string;
}

/**
 * A database for one test: nothing is kept beyond its storage object, and nothing is shared with any other. Needs no browser.
 *
 * @throws {MigrationError} {AdoptError} {NewerSchemaError} as `openDatabase` does.
 * @throws {UsageError} when `version` is no version of the chain, or an earlier one than the storage's.
 */
export async function openTestDatabase(options: TestDatabaseOptions): Promise<Database> {
  const { migrations, version, storage = memoryStorage(), name = storage.name } = options;
  const environment: Partial<Environment> = {
    openChannel: () => openHintChannel(storage),
    openWorker: () => undefined,
    openMirrorPlace: () => undefined,
    witnessStorage: undefined,
    persist: undefined,
    wakeUps: [],
  };
  if (version === undefined) return openDatabase({ name, storage, migrations, environment });
  const db = await openDatabase({ name, storage, migrations, environment, upgrade: 'manual' });
  try {
    await db.migrate({ to: version });
    return db;
  } catch (thrown) {
    await db.close();
    throw thrown;
  }
}
