import { expect, it } from 'vitest';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Store } from '../../src/store/store.js';
import { openStore, run } from './open-store.js';

it("the first read after another tab's schema change has the new columns' names", async () => {
  const storage = memoryStorage();
  const [a, b] = [await openStore(storage), await openStore(storage)];
  const row = (store: Store) => store.connection.with('SELECT * FROM notes', 'read', (statement) => statement.first(undefined));
  await run(a, 'CREATE TABLE notes (body)');
  await run(a, "INSERT INTO notes VALUES ('first')");
  await b.refresh();
  expect(row(b)).toEqual({ body: 'first' });
  await run(a, 'ALTER TABLE notes ADD COLUMN late DEFAULT 1');
  await b.refresh();
  expect(row(b)).toEqual({ body: 'first', late: 1 });
  await run(a, 'ALTER TABLE notes RENAME COLUMN late TO later');
  await b.refresh();
  expect(row(b)).toEqual({ body: 'first', later: 1 });
  expect(row(await openStore(storage))).toEqual({ body: 'first', later: 1 });
});
