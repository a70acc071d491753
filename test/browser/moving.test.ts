import { get, set } from 'idb-keyval';
import { expect, it } from 'vitest';
import { deleteDatabase, openDatabase } from '../../src/index.js';
import { engine } from '../engine/open-connection.js';

it('a page that kept db.export() under a key of idb-keyval moves its rows, once', async () => {
  const old = engine.detached(engine.emptyImage);
  old.exec("CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL); INSERT INTO entries (text) VALUES ('kept')");
  await set('journal.sqlite', old.export());
  old.close();
  await import('../readme/moving.js');
  const db = await openDatabase({ name: 'journal' });
  expect(db.values('SELECT text FROM entries')).toEqual([['kept']]);
  expect(db.schemaVersion).toBe(1);
  expect(await get('journal.sqlite')).toBeUndefined();
  await db.close();
  await deleteDatabase('journal');
});
