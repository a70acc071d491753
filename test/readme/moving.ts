import { del, get } from 'idb-keyval';
import { openDatabase } from 'tablite';

const db = await openDatabase({
  name: 'journal',
  migrations: [{ name: 'v001_entries.sql', sql: 'CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL)' }],
});

// The lock keeps a second tab from importing the old file over what the first one has written since.
await navigator.locks.request('move-journal', async () => {
  const saved = await get<Uint8Array>('journal.sqlite');
  if (!saved) return;
  await db.import(saved);
  await del('journal.sqlite');
});
