import { expect, it } from 'vitest';
import { expectSchema, openTestDatabase, schemaFingerprint } from '../../src/testing.js';
import { filesOf } from '../migrate/run-chain.js';

const first = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT CHECK (color IN ('red', 'blue')))";
const migrations = filesOf(first, 'ALTER TABLE notes ADD COLUMN size INTEGER', 'CREATE INDEX idx_notes_size ON notes (size)');

it('a schema has one fingerprint, in whatever way it came to be', async () => {
  const db = await openTestDatabase({ migrations });
  const found = await schemaFingerprint(db);
  expect(found).toMatch(/^[0-9a-f]{16}$/);
  const other = filesOf(
    "create table Notes (\n size integer, -- how long\n color text, id integer primary key, text text not null, check (color in ('red', 'blue')));\nCREATE INDEX idx_notes_size ON notes (size)",
  );
  expect(await schemaFingerprint(await openTestDatabase({ migrations: other }))).toBe(found);
  await db.run("INSERT INTO notes (text) VALUES ('x')");
  await expectSchema(db, found);
  await expectSchema(db, { migrations: other });
});

it('a schema of another fingerprint is refused, with both', async () => {
  const db = await openTestDatabase({ migrations, version: 2 });
  const found = await schemaFingerprint(db);
  const expected = await schemaFingerprint(await openTestDatabase({ migrations }));
  const failing = expectSchema(db, expected);
  await expect(failing).rejects.toMatchObject({ name: 'SchemaMismatchError', code: 'SCHEMA_MISMATCH', found, expected, differences: [] });
  await expect(failing).rejects.toThrow(`The schema's fingerprint is ${found}, expected ${expected}. expectSchema(db, { migrations })`);
});

it('a schema that is not that of the chain is refused, with the differences', async () => {
  const db = await openTestDatabase({ migrations: [], version: 0 });
  await db.write((tx) => {
    tx.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, color TEXT)');
    tx.run('CREATE TABLE more (x)');
  });
  const failing = expectSchema(db, { migrations, version: 2 });
  await expect(failing).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    differences: [
      'table more is not expected',
      'notes.text is text, expected text not null',
      'notes lacks column size',
      "notes lacks CHECK (color in ('red', 'blue'))",
    ],
  });
  await expect(failing).rejects.toThrow('The schema is not that of the chain: table more is not expected; notes.text is text, ');
});

it('a schema is compared with the version that is asked for', async () => {
  for (const version of [0, 1, 2, 3]) {
    const db = await openTestDatabase({ migrations, version });
    await expectSchema(db, { migrations, version });
    if (version < 3) await expect(expectSchema(db, { migrations })).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  }
  const db = await openTestDatabase({ migrations });
  for (const version of [4, -1, 0.5]) await expect(expectSchema(db, { migrations, version })).rejects.toMatchObject({ code: 'USAGE' });
});
