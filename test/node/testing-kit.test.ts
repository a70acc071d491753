// @vitest-environment node
import { expect, it, vi } from 'vitest';
import { expectSchema, fillTables, openTestDatabase, verifyUpgradePaths } from '../../src/testing.js';

it('the testing kit runs with no document and no fetch', async () => {
  expect(globalThis).not.toHaveProperty('document');
  const fetch = vi.spyOn(globalThis, 'fetch');
  const migrations = [{ name: 'v001_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)' }];
  expect((await verifyUpgradePaths({ migrations })).paths).toHaveLength(2);
  const db = await openTestDatabase({ migrations });
  expect(await fillTables(db)).toEqual({ notes: 3 });
  await expectSchema(db, { migrations });
  await db.close();
  expect(fetch).not.toHaveBeenCalled();
});
