import { memoryKeyStore } from '../../src/seal/key-store.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { DatabaseManager, type DatabaseManagerOptions } from '../../src/vibesurf/database-manager.js';

/** A manager of a database of its own, with its tables; further options make it another tab, or another device. */
export async function openManager(options: DatabaseManagerOptions = {}): Promise<DatabaseManager> {
  const manager = new DatabaseManager('memory:vibesurf', {
    storage: memoryStorage('vibesurf'),
    vault: { keyStore: memoryKeyStore() },
    ...options,
    // A worker for each import is what test/browser and the library's own tests look at.
    environment: { openWorker: () => undefined, ...options.environment },
  });
  await manager.createTables();
  return manager;
}
