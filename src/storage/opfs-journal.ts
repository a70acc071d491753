import { DAMAGED, eachAtOnce, keysIn, readRecord, removeRecord, writeRecord } from './opfs-files.js';
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
  const found = await readRecord(folder, JOURNAL_KEY);
  if (found === undefined) return;
  // What the disk has lost of it is lost: its batch was kept nowhere else.
  if (found !== DAMAGED) await apply(folder, found as Journal, alive);
  await removeRecord(folder, JOURNAL_KEY);
}

/** A journal was written by `writeJournal`. */
async function apply(folder: FileSystemDirectoryHandle, journal: Journal, alive: () => void): Promise<void> {
  await eachAtOnce(journal.deletes, alive, (key) => removeRecord(folder, key));
  await eachAtOnce(journal.puts, alive, ({ key, value }) => writeRecord(folder, key, value));
}
