import { expect, it, vi } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { openTestDatabase } from '../../src/testing.js';
import { filesOf } from '../migrate/run-chain.js';

const migrations = filesOf(
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)',
  "ALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'white'",
  'CREATE INDEX idx_notes_color ON notes (color)',
);

it('a test database is at the head of the chain', async () => {
  const db = await openTestDatabase({ migrations });
  expect(db.schemaVersion).toBe(3);
  expect(db.history.map(({ version }) => version)).toEqual([1, 2, 3]);
  expect(db.status).toMatchObject({ state: 'ready', persistence: 'memory' });
});

it.each([0, 1, 2, 3])('a test database of version %s goes on from there', async (version) => {
  const db = await openTestDatabase({ migrations, version });
  expect(db.schemaVersion).toBe(version);
  if (version > 0) await db.run("INSERT INTO notes (text) VALUES ('old')");
  await db.migrate();
  expect(db.schemaVersion).toBe(3);
  expect(db.all('SELECT text, color FROM notes')).toEqual(version > 0 ? [{ text: 'old', color: 'white' }] : []);
});

it.each([4, -1, 1.5])('a test database of version %s is refused', async (version) => {
  await expect(openTestDatabase({ migrations, version })).rejects.toMatchObject({ code: 'USAGE' });
});

it('test databases share nothing', async () => {
  const [one, other] = await Promise.all([openTestDatabase({ migrations, name: 'same' }), openTestDatabase({ migrations, name: 'same' })]);
  expect([one.name, other.name]).toEqual(['same', 'same']);
  await one.run("INSERT INTO notes (text) VALUES ('mine')");
  await other.refresh();
  expect(other.values('SELECT text FROM notes')).toEqual([]);
});

it('test databases over one storage are like tabs, which hear of each other at once', async () => {
  const storage = memoryStorage();
  const one = await openTestDatabase({ migrations, storage });
  const other = await openTestDatabase({ migrations, storage });
  const heard = new Promise<string>((resolve) => other.subscribe(['notes'], ({ origin }) => resolve(origin)));
  await one.run("INSERT INTO notes (text) VALUES ('ours')");
  expect(await heard).toBe('other');
  expect(other.values('SELECT text FROM notes')).toEqual([['ours']]);
  await one.close();
  await other.run("INSERT INTO notes (text) VALUES ('alone')");
  await other.close();
});

it('an older code finds the storage that a newer one left', async () => {
  const storage = memoryStorage();
  await (await openTestDatabase({ migrations, storage })).close();
  await expect(openTestDatabase({ migrations: migrations.slice(0, 2), storage })).rejects.toMatchObject({ code: 'NEWER_SCHEMA' });
  await expect(openTestDatabase({ migrations, version: 2, storage })).rejects.toMatchObject({ code: 'USAGE' });
});

it('a test database asks nothing of the platform', async () => {
  const channel = vi.fn();
  vi.stubGlobal('BroadcastChannel', channel);
  const listened = [globalThis, globalThis.document].map((target) => vi.spyOn(target, 'addEventListener'));
  const stored = vi.spyOn(Storage.prototype, 'setItem');
  const db = await openTestDatabase({ migrations });
  await db.run("INSERT INTO notes (text) VALUES ('x')");
  await db.close();
  for (const call of [channel, stored, ...listened]) expect(call).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
