import { keysIn, readRecord, removeRecord, writeRecord } from './opfs-files.js';
import type { StorageEntry, StorageKey, WriteBatch } from './storage.js';

/** A batch that is kept, and may not be in its files yet. */
const JOURNAL_KEY: StorageKey = ['.journal'];

interface Journal {
  readonly deletes: readonly StorageKey[];
  readonly puts: readonly StorageEntry[];
}

/** From here on the batch is kept: the journal's file exists as a whole or not at all. */
export async function writeJournal(folder: FileSystemDirectoryHandle, { deletes = [], puts = [], adds = [] }: WriteBatch): Promise<void> {
  const gone: StorageKey[] = [];
  for (const range of deletes) gone.push(...(await keysIn(folder, range)));
  await writeRecord(folder, JOURNAL_KEY, { deletes: gone, puts: [...puts, ...adds] } satisfies Journal);
}

/** Brings a kept batch into its files; again from the start, if that was interrupted. */
export async function finishJournal(folder: FileSystemDirectoryHandle, alive: () => void): Promise<void> {
  // A journal was written by the function above.
  const journal = (await readRecord(folder, JOURNAL_KEY)) as Journal | undefined;
  if (!journal) return;
  for (const key of journal.deletes) {
    await removeRecord(folder, key);
    alive();
  }
  for (const { key, value } of journal.puts) {
    await writeRecord(folder, key, value);
    alive();
  }
  await removeRecord(folder, JOURNAL_KEY);
}
