import { describe, expect, it } from 'vitest';
import { openVault, SealedValue } from '../../src/seal.js';
import { rejection } from '../database/outcome.js';
import { limitedDatabase } from './limited-database.js';
import { keep, keyringOf, newBrowser, openUnlocked, SECRETS, secretIn, type Tab } from './open-test-vault.js';

/** A tab with three secrets, whose rotation fails once it writes far more often than it needs to. */
async function withThree(): Promise<Tab> {
  const browser = newBrowser();
  const { database, vault } = await openUnlocked(browser);
  const tab = { database, vault: openVault(limitedDatabase(database, 60), { keyStore: browser.keyStore }) };
  await tab.vault.unlock();
  vault.close();
  for (const id of [1, 2, 3]) await keep(tab, id, `secret ${id}`);
  return tab;
}

describe('a rotation', () => {
  it.each([
    ['cut short', 'substr(secret, 1, 60)'],
    ['with another character in it', "substr(secret, 1, 60) || '!'"],
    ['with nothing after its key', 'substr(secret, 1, 41)'],
    ['with text after it', "secret || ' '"],
  ])('ends with an error for a value %s, the others done', async (_, sql) => {
    const tab = await withThree();
    await tab.database.run(`UPDATE credentials SET secret = ${sql} WHERE id = 2`);
    expect(await rejection(tab.vault.rotate([SECRETS]))).toMatchObject({ code: 'SEAL_TAMPERED', primaryKey: 2 });
    expect([await secretIn(tab, 1), await secretIn(tab, 3)]).toEqual(['secret 1', 'secret 3']);
    await tab.database.run('DELETE FROM credentials WHERE id = 2');
    await tab.vault.rotate([SECRETS]);
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it.each([
    ['NULL', 'NULL'],
    ['a BLOB', "x'0102'"],
  ])('ends with an error for a value in a row whose primary key is %s, the others done', async (_, key) => {
    const tab = await withThree();
    await tab.database.run('CREATE TABLE copies (name TEXT PRIMARY KEY, secret TEXT)');
    await tab.database.run(`INSERT INTO copies SELECT ${key}, secret FROM credentials WHERE id = 1`);
    const place = { table: 'copies', column: 'secret', primaryKey: 'mail' };
    await tab.vault.write([{ text: 'kept', place }], (tx, [sealed]) =>
      tx.run("INSERT INTO copies VALUES ('mail', ?)", [sealed ? SealedValue.textOf(sealed) : null]),
    );
    const columns = [{ table: 'copies', column: 'secret', primaryKey: 'name' }, SECRETS];
    const error = await rejection(tab.vault.rotate(columns));
    expect(error).toMatchObject({ name: 'SealError', code: 'SEAL_TAMPERED', table: 'copies', column: 'secret', primaryKey: undefined });
    expect(error).toMatchInlineSnapshot(
      `[SealError: A value of copies.secret is in a row whose primary key is NULL or a BLOB, for which none is ever sealed: it was copied there. Delete it, or give the row a key and enter the secret again.]`,
    );
    const copied = tab.database.get("SELECT secret FROM copies WHERE name = 'mail'");
    expect(await tab.vault.open(SealedValue.fromText(String(copied?.['secret'])), place)).toBe('kept');
    expect(await secretIn(tab, 3)).toBe('secret 3');
    await tab.database.run("DELETE FROM copies WHERE name IS NOT 'mail'");
    expect(await tab.vault.rotate(columns)).toEqual({ resealed: 0, foreign: 0 });
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it('ends with an error when a trigger puts the old values back', async () => {
    const tab = await withThree();
    await tab.database.run(`CREATE TRIGGER put_back AFTER UPDATE OF secret ON credentials WHEN NEW.id = 2 BEGIN
      UPDATE credentials SET secret = OLD.secret WHERE id = 2; END`);
    expect(await rejection(tab.vault.rotate([SECRETS]))).toMatchInlineSnapshot(
      `[UsageError: credentials.secret is put back to the old data key each time after it was rotated. Drop the trigger that does so, or end the program, and rotate again.]`,
    );
    expect(await secretIn(tab, 2)).toBe('secret 2');
    await tab.database.run('DROP TRIGGER put_back');
    expect(await tab.vault.rotate([SECRETS])).toEqual({ resealed: 1, foreign: 0 });
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it('passes over tables and columns that the database does not have', async () => {
    const tab = await withThree();
    const later = [
      { table: 'voices', column: 'secret', primaryKey: 'id' },
      { table: 'credentials', column: 'api_key', primaryKey: 'id' },
    ];
    expect(await tab.vault.rotate([...later, SECRETS])).toEqual({ resealed: 3, foreign: 0 });
    expect(await secretIn(tab, 1)).toBe('secret 1');
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it('stores nothing when a table does not have the column that tells its rows apart', async () => {
    const tab = await withThree();
    const [before] = keyringOf(tab).dataKeys;
    const error = await rejection(tab.vault.rotate([{ ...SECRETS, primaryKey: 'name' }]));
    expect(error).toMatchInlineSnapshot(
      `[UsageError: credentials has no column name, which is to tell the rows of credentials.secret apart. Name its primary key.]`,
    );
    expect(keyringOf(tab).dataKeys).toEqual([before]);
  });

  it('leaves bytes alone that only begin like a sealed value', async () => {
    const tab = await withThree();
    await tab.database.run('UPDATE credentials SET secret = CAST(secret AS BLOB) WHERE id = 1');
    const before = tab.database.get('SELECT secret FROM credentials WHERE id = 1');
    expect(await tab.vault.rotate([SECRETS])).toEqual({ resealed: 2, foreign: 1 });
    expect(tab.database.get('SELECT secret FROM credentials WHERE id = 1')).toEqual(before);
  });

  it('tells rows apart by a name of the rowid too', async () => {
    const tab = await withThree();
    expect(await tab.vault.rotate([{ ...SECRETS, primaryKey: 'rowid' }])).toEqual({ resealed: 3, foreign: 0 });
    expect(await secretIn(tab, 3)).toBe('secret 3');
  });
});
