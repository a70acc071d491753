import type { Database } from '../../src/database/database.js';
import { type OpenOptions, openDatabase } from '../../src/database/open-database.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';

/** The VibeSurf chain, as an app would pass it. */
export const vibesurfChain: Record<string, string> = import.meta.glob('/migrations/*.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** A chain of one table, for tests of anything but the chain. */
export const counterChain: readonly { name: string; sql: string }[] = [
  {
    name: 'v001_counters.sql',
    sql: 'CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER NOT NULL DEFAULT 0); INSERT INTO counters (id) VALUES (1);',
  },
];

/** A database of its own in memory, or another tab over the storage given. */
export function openTestDatabase(
  storage: Storage = memoryStorage(),
  { environment, ...options }: Partial<OpenOptions> = {},
): Promise<Database> {
  // A worker takes its time, and knows no clock of a test's: files are looked at in the thread at hand.
  const own = { openWorker: () => undefined, ...environment };
  return openDatabase({ name: storage.name, storage, migrations: counterChain, environment: own, ...options });
}

/** A name that no other test uses: in browsers all tests share one IndexedDB. */
export function uniqueName(label: string): string {
  return `${label}-${crypto.randomUUID()}`;
}

export function counterOf(database: Database): unknown {
  return database.get('SELECT value FROM counters WHERE id = 1')?.['value'];
}

export const INCREMENT = 'UPDATE counters SET value = value + 1 WHERE id = 1';
