import { MigrationError } from '../errors/migration-error.js';
import type { Migration } from './chain.js';
import type { HistoryEntry } from './history.js';

/** What the chain is planned against. */
export interface Standing {
  readonly schemaVersion: number;
  readonly history: readonly HistoryEntry[];
  /** Whether there is any table that is not SQLite's or Tablite's own. */
  readonly hasTables: boolean;
}

/** The steps from one version to another, in order; none when there is nothing to do. */
export interface Plan {
  readonly from: number;
  readonly to: number;
  readonly steps: readonly Migration[];
}

/**
 * The steps that bring a database to the head of the chain. Nothing is run or read: files and history in, steps out.
 *
 * @throws {MigrationError} when an applied file was edited or renamed, or the database was made without the chain.
 */
export function planUpgrade(chain: readonly Migration[], standing: Standing): Plan {
  const { schemaVersion, history, hasTables } = standing;
  for (const entry of history) checkApplied(entry, chain);
  const first = chain[0];
  if (first && schemaVersion === 0 && hasTables) {
    throw new MigrationError(
      'MIGRATION_UNVERSIONED',
      { file: first.name },
      'the database has tables and schema version 0: it was not made by this chain. Open it without migrations, export() it and delete it; then open with the chain and import(bytes, { schemaVersion }), naming the version that it corresponds to.',
    );
  }
  return { from: schemaVersion, to: chain.length, steps: chain.slice(schemaVersion) };
}

function checkApplied(entry: HistoryEntry, chain: readonly Migration[]): void {
  const file = chain[entry.version - 1];
  // A version above the head is the newer code's; the caller asks about that first.
  if (!file) return;
  if (file.name !== entry.name) {
    throw new MigrationError(
      'MIGRATION_MISSING',
      { file: entry.name },
      `the database applied this file as version ${entry.version}, and the chain has ${file.name} there. Restore the file and give the new one the next free number.`,
    );
  }
  if (file.checksum !== entry.checksum) {
    throw new MigrationError(
      'MIGRATION_EDITED',
      { file: file.name },
      `changed after this database applied it (checksum ${entry.checksum.slice(0, 12)}, now ${file.checksum.slice(0, 12)}). Released migrations are frozen: restore the file and put the change in a new one. (A file that only you have seen: deleteDatabase() and begin anew.)`,
    );
  }
}
