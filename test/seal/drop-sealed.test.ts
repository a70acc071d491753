import { describe, expect, it } from 'vitest';
import { dropSealed, SealedValue } from '../../src/seal.js';
import { rejection } from '../database/outcome.js';
import { fileOf, rowsOf } from '../database/sqlite-file.js';
import { keep, newBrowser, openTab, openUnlocked, SECRETS, storedIn } from './open-test-vault.js';

/** Whether a piece of 12 characters of the text is anywhere in the file, however the file is cut into pages. */
function holdsPiece(file: Uint8Array, text: string): boolean {
  const all = new TextDecoder('latin1').decode(file);
  for (let at = 0; at + 12 <= text.length; at++) if (all.includes(text.slice(at, at + 12))) return true;
  return false;
}

/** A file with secrets, long ones too, some of which were deleted and replaced. */
async function fileWithSecrets() {
  const tab = await openUnlocked(newBrowser());
  for (const [id, length] of [10, 9000, 3000, 50].entries()) await keep(tab, id + 1, 'x'.repeat(length));
  const texts = [1, 2, 3, 4].map((id) => SealedValue.textOf(storedIn(tab, id)));
  await keep(tab, 2, 'shorter');
  texts.push(SealedValue.textOf(storedIn(tab, 2)));
  await tab.database.run('DELETE FROM credentials WHERE id = 3');
  await tab.database.run("UPDATE credentials SET updated_at = 'by hand'");
  return { file: await tab.database.export(), texts };
}

describe('dropping sealed values', () => {
  it('leaves no piece of any in the bytes, and everything else as it was', async () => {
    const { file, texts } = await fileWithSecrets();
    expect(texts.filter((text) => holdsPiece(file, text)).length).toBeGreaterThan(2);
    const clean = await dropSealed(file, [SECRETS]);
    expect(texts.filter((text) => holdsPiece(clean, text))).toEqual([]);
    expect(holdsPiece(clean, 'tablite_keys')).toBe(false);
    expect(rowsOf(clean, 'SELECT * FROM credentials ORDER BY id')).toEqual([1, 2, 4].map((id) => [id, null, 'by hand']));
    const rest = "SELECT type, name, sql FROM sqlite_schema WHERE name <> 'tablite_keys' ORDER BY name";
    expect(rowsOf(clean, rest)).toEqual(rowsOf(file, rest));
    expect(rowsOf(clean, 'PRAGMA user_version')).toEqual([[1]]);
    expect(rowsOf(clean, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('gives a file that opens as a database without a vault', async () => {
    const { file } = await fileWithSecrets();
    const tab = await openTab(newBrowser());
    await tab.database.import(await dropSealed(file, [SECRETS]));
    expect(tab.vault.state).toBe('absent');
    await tab.vault.create();
    expect(tab.database.values('SELECT count(*), count(secret) FROM credentials')).toEqual([[3, 0]]);
  });

  it('leaves its argument as it is', async () => {
    const { file } = await fileWithSecrets();
    const before = file.slice();
    await dropSealed(file, [SECRETS]);
    expect(file).toEqual(before);
  });

  it('drops secrets of other making too, and passes over columns that the file does not have', async () => {
    const foreign = 'Z0FBQUFBQmw'.repeat(4);
    const file = fileOf(
      `CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT); INSERT INTO credentials VALUES (1, '${foreign}'), (2, 'short')`,
    );
    const clean = await dropSealed(file, [SECRETS, { table: 'none', column: 'secret' }, { table: 'Credentials', column: 'none' }]);
    expect(rowsOf(clean, 'SELECT id, secret FROM credentials')).toEqual([
      [1, null],
      [2, null],
    ]);
    expect(holdsPiece(clean, foreign)).toBe(false);
  });

  it('keeps triggers and indexes at work', async () => {
    const file =
      fileOf(`CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT, changes INTEGER DEFAULT 0); CREATE INDEX by_secret ON credentials (secret);
      CREATE TRIGGER a AFTER UPDATE ON credentials BEGIN UPDATE credentials SET changes = changes + 1 WHERE id = NEW.id; END;
      CREATE TRIGGER "b ""quoted"" --" BEFORE DELETE ON credentials BEGIN SELECT RAISE(ABORT, 'kept'); END;
      INSERT INTO credentials (id, secret) VALUES (1, 'a secret of other making')`);
    const clean = await dropSealed(file, [SECRETS]);
    expect(rowsOf(clean, 'SELECT secret, changes FROM credentials')).toEqual([[null, 0]]);
    expect(rowsOf(clean, 'UPDATE credentials SET secret = 1; SELECT changes FROM credentials')).toEqual([[1]]);
    expect(() => rowsOf(clean, 'DELETE FROM credentials')).toThrow('kept');
  });

  it.each(['UTF-16le', 'UTF-16be'])('finds values in a file of %s', async (encoding) => {
    const { texts } = await fileWithSecrets();
    const file = fileOf(`PRAGMA encoding = '${encoding}'; CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT, note TEXT);
      INSERT INTO credentials VALUES (1, '${texts[0]}', NULL)`);
    expect(rowsOf(await dropSealed(file, [SECRETS]), 'SELECT * FROM credentials')).toEqual([[1, null, null]]);
    const copied = fileOf(`PRAGMA encoding = '${encoding}'; CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT, note TEXT);
      INSERT INTO credentials VALUES (1, '${texts[0]}', 'a piece of it: ${texts[0]?.slice(-50)}')`);
    expect(await rejection(dropSealed(copied, [SECRETS]))).toMatchObject({ code: 'SEAL_LEFT' });
  });

  it('is refused where a column cannot be NULL', async () => {
    for (const constraint of ['NOT NULL', 'CHECK (secret IS NOT NULL)']) {
      const file = fileOf(
        `CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT ${constraint}); INSERT INTO credentials VALUES (1, 'x')`,
      );
      const error = await rejection(dropSealed(file, [SECRETS]));
      expect(error).toMatchObject({ name: 'SealError', code: 'SEAL_REQUIRED', table: 'credentials', column: 'secret' });
      expect(error).toMatchInlineSnapshot(
        `[SealError: credentials.secret cannot be NULL, so its secrets cannot be dropped. Delete those rows from the file first, or make the column nullable.]`,
      );
    }
  });

  it('is refused where a sealed value is in a column that was not named', async () => {
    const { file } = await fileWithSecrets();
    expect(await rejection(dropSealed(file, []))).toMatchInlineSnapshot(
      `[SealError: credentials.secret holds sealed values too. Name it among the columns to drop.]`,
    );
  });

  it('is refused where a piece of one is in other text', async () => {
    const { texts } = await fileWithSecrets();
    const file = fileOf(`CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT); CREATE TABLE audit (line TEXT);
      INSERT INTO credentials VALUES (1, '${texts[0]}'); INSERT INTO audit VALUES ('was ${texts[0]?.slice(70, 110)}')`);
    expect(await rejection(dropSealed(file, [SECRETS]))).toMatchInlineSnapshot(
      `[SealError: A part of a dropped secret, or of the keys of the vault, is in the file still, in a column of other text. Name every column that holds any.]`,
    );
  });

  it.each([
    ['a copy', 'CREATE TABLE kk AS SELECT * FROM tablite_keys', 'kk'],
    ['a copy in bytes', 'CREATE TABLE kk AS SELECT CAST(keyring AS BLOB) AS keyring FROM tablite_keys', 'kk'],
    [
      'a wrapped key',
      "CREATE TABLE kk AS SELECT json_extract(keyring, '$.protectors[0].check.ciphertext') AS c FROM tablite_keys",
      undefined,
    ],
    [
      'a copy from before a rotation',
      'CREATE TABLE kk AS SELECT replace(keyring, \'"ciphertext":"\', \'"ciphertext":"-\') AS keyring FROM tablite_keys',
      'kk',
    ],
    ['a copy within other text', "CREATE TABLE kk AS SELECT 'was ' || keyring AS line FROM tablite_keys", 'kk'],
  ])('is refused where %s of the keys of the vault is left', async (_, sql, table) => {
    const tab = await openUnlocked(newBrowser());
    await keep(tab, 1, 'hunter2');
    await tab.database.run(sql);
    const file = await tab.database.export();
    expect(await rejection(dropSealed(file, [SECRETS]))).toMatchObject({ name: 'SealError', code: 'SEAL_LEFT', table });
    await tab.database.run('DROP TABLE kk');
    expect(holdsPiece(await dropSealed(await tab.database.export(), [SECRETS]), 'wrapByProtector')).toBe(false);
  });

  it('is refused where the keys of some vault are in the text of a schema', async () => {
    const keys = `"dataKeys":[{"wrapByProtector":{"${'0a'.repeat(16)}":{}}}]`;
    for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be']) {
      const file = fileOf(`PRAGMA encoding = '${encoding}'; CREATE VIEW kk AS SELECT '${keys}'`);
      expect(await rejection(dropSealed(file, [SECRETS]))).toMatchObject({ code: 'SEAL_LEFT' });
    }
    const talk = fileOf(`CREATE TABLE kk AS SELECT 'what is "wrapByProtector":{} for?' AS body`);
    expect(await dropSealed(talk, [SECRETS])).toBeInstanceOf(Uint8Array);
  });

  it('drops a copy of the keys whose column is named', async () => {
    const tab = await openUnlocked(newBrowser());
    await tab.database.run('CREATE TABLE kk AS SELECT * FROM tablite_keys');
    const clean = await dropSealed(await tab.database.export(), [SECRETS, { table: 'kk', column: 'keyring' }]);
    expect(rowsOf(clean, 'SELECT * FROM kk')).toEqual([[1, null]]);
    expect(holdsPiece(clean, 'wrapByProtector')).toBe(false);
  });

  it('drops what is called as the table of the keys and is none', async () => {
    for (const sql of ["CREATE VIEW tablite_keys AS SELECT 1 AS id, 'x' AS keyring", 'CREATE TABLE tablite_keys (a)']) {
      const clean = await dropSealed(fileOf(`CREATE TABLE notes (body TEXT); ${sql}`), [SECRETS]);
      expect(rowsOf(clean, 'SELECT name FROM sqlite_schema')).toEqual([['notes']]);
    }
  });

  it('is refused for bytes that are no SQLite file', async () => {
    expect(await rejection(dropSealed(new Uint8Array(5000), [SECRETS]))).toMatchObject({ code: 'IMPORT_NOT_A_DATABASE' });
  });
});
