import type { Database, ImportOptions } from '../../database/database.js';
import { openDatabase } from '../../database/open-database.js';
import { memoryStorage } from '../../storage/memory-storage.js';
import { vibesurfMigrations } from '../chain.js';

export interface UpgradedCopyOptions extends Pick<ImportOptions, 'schemaVersion' | 'maxBytes' | 'foreignObjects'> {
  readonly wasmUrl?: string;
}

/** A file as a database in memory, brought to the head of the chain by its import. Close it. @throws what `import` throws. */
export async function openUpgradedCopy(bytes: Uint8Array, { wasmUrl, ...options }: UpgradedCopyOptions): Promise<Database> {
  const storage = memoryStorage('backend');
  const copy = await openDatabase({
    name: storage.name,
    storage,
    migrations: vibesurfMigrations,
    upgrade: 'manual',
    ...(wasmUrl !== undefined && { wasmUrl }),
  });
  try {
    await copy.import(bytes, options);
    return copy;
  } catch (thrown) {
    await copy.close();
    throw thrown;
  }
}
