import { describe, expect, it } from 'vitest';
import { keyringText, putKeyringText } from '../../src/seal/carried-keyring.js';
import { rejection } from '../database/outcome.js';
import { keep, keyringOf, newBrowser, openTab, openUnlocked, putKeyring, secretIn } from './open-test-vault.js';

type Stored = ReturnType<typeof keyringOf>;

/** A vault with one secret whose keyring somebody changed. */
async function damagedBy(change: (keyring: Stored) => unknown, passphrase?: string) {
  const browser = newBrowser();
  const tab = await openTab(browser);
  await tab.vault.create(passphrase === undefined ? {} : { device: false, passphrase });
  await keep(tab, 1, 'hunter2');
  await putKeyring(tab, change(keyringOf(tab)));
  tab.vault.close();
  return openTab(browser);
}

const flipped = (text: unknown) => String(text).replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));

describe('a damaged keyring', () => {
  it.each<[string, (keyring: Stored) => unknown]>([
    ['no JSON', () => '{'],
    ['no object', () => '[]'],
    ['of a format to come', (keyring) => ({ ...keyring, format: 2 })],
    ['without its id', ({ vaultId, ...keyring }) => keyring],
    ['without protectors', (keyring) => ({ ...keyring, protectors: [] })],
    ['with two of a kind', (keyring) => ({ ...keyring, protectors: [...keyring.protectors, ...keyring.protectors] })],
    ['with a protector of no kind', (keyring) => ({ ...keyring, protectors: [{ ...keyring.protectors[0], kind: 'magic' }] })],
    ['without data keys', (keyring) => ({ ...keyring, dataKeys: [] })],
    ['whose data key is under nothing', (keyring) => ({ ...keyring, dataKeys: [{ ...keyring.dataKeys[0], wrapByProtector: {} }] })],
    ['with a data key twice', (keyring) => ({ ...keyring, dataKeys: [...keyring.dataKeys, ...keyring.dataKeys] })],
    [
      'with two protectors of one id',
      (keyring) => ({
        ...keyring,
        protectors: [...keyring.protectors, { ...keyring.protectors[0], kind: 'passphrase', salt: 'A'.repeat(22), rounds: 600_000 }],
      }),
    ],
    ['with a broken id', (keyring) => ({ ...keyring, dataKeys: [{ ...keyring.dataKeys[0], id: 'x' }] })],
  ])('%s is told of when it is needed, and overwritten by nothing', async (_, change) => {
    const tab = await damagedBy(change);
    const stored = tab.database.get('SELECT keyring FROM tablite_keys');
    expect(tab.vault).toMatchObject({ state: 'locked', protectors: { device: false, passphrase: false } });
    for (const attempt of [tab.vault.unlock(), tab.vault.create()])
      expect(await rejection(attempt)).toMatchObject({ name: 'VaultError', code: 'VAULT_DAMAGED' });
    expect(tab.database.get('SELECT keyring FROM tablite_keys')).toEqual(stored);
  });

  it('whose wrap, check or ids do not fit the key of the device is told from a missing key', async () => {
    const changes: ((text: string) => string)[] = [
      (text) => text.replace(/("wrapByProtector":\{"[^"]*":\{"iv":"[^"]*","ciphertext":")(.)/, (_, start, first) => start + flipped(first)),
      (text) => text.replace(/("check":\{"iv":")(.)/, (_, start, first) => start + flipped(first)),
      (text) => text.replace(/("vaultId":")(.)/, (_, start, first) => start + (first === '0' ? '1' : '0')),
      (text) => text.replace(/("dataKeys":\[\{"id":")(.)/, (_, start, first) => start + (first === '0' ? '1' : '0')),
    ];
    for (const change of changes) {
      const tab = await damagedBy((keyring) => change(JSON.stringify(keyring)));
      expect(await rejection(tab.vault.unlock())).toMatchObject({ code: 'VAULT_DAMAGED' });
    }
  });

  it('with a passphrase tells a wrong one from a damaged wrap or check, and refuses rounds of a hostile file', async () => {
    const tab = await damagedBy((keyring) => keyring, 'words');
    const whole = JSON.stringify(keyringOf(tab));
    const unlocking = async (keyring: string, passphrase = 'words') => {
      await putKeyring(tab, keyring);
      return tab.vault.unlock({ passphrase }).then(
        () => 'unlocked',
        (error: { code: string }) => error.code,
      );
    };
    expect(await unlocking(whole, 'Words')).toBe('PASSPHRASE_WRONG');
    expect(await unlocking(whole.replace(/("check":\{"iv":")(.)/, (_, start, first) => start + flipped(first)))).toBe('VAULT_DAMAGED');
    const wrap = /("wrapByProtector":\{"[^"]*":\{"iv":")(.)/;
    expect(await unlocking(whole.replace(wrap, (_, start, first) => start + flipped(first)))).toBe('VAULT_DAMAGED');
    for (const rounds of [1, 599_999, 20_000_001, 1e12, 600_000.5])
      expect(await unlocking(whole.replace('"rounds":600000', `"rounds":${rounds}`))).toBe('VAULT_DAMAGED');
    expect(await unlocking(whole)).toBe('unlocked');
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });
});

describe('the table of the keys', () => {
  it('is plain, one row, and changes no schema that the chain knows', async () => {
    const tab = await openUnlocked(newBrowser());
    expect(tab.database.values("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'tablite_keys'")).toMatchInlineSnapshot(`
      [
        [
          "table",
          "tablite_keys",
          "CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY CHECK (id = 1), keyring TEXT NOT NULL)",
        ],
      ]
    `);
    expect(tab.database.schemaVersion).toBe(1);
    expect((await tab.database.plan()).steps).toEqual([]);
  });
});

describe('a table of the keys that is none', () => {
  const keyring = `(SELECT keyring FROM kept)`;
  it.each([
    ['is a view', [`CREATE VIEW tablite_keys AS SELECT 1 AS id, ${keyring} AS keyring`]],
    ['is a view of what is not there', ['CREATE VIEW tablite_keys AS SELECT id, keyring FROM nowhere']],
    ['is an index', ['CREATE INDEX tablite_keys ON kept (keyring)']],
    ['has another column', ['CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY, keys TEXT)']],
    ['has one more column', ['CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY, keyring TEXT, more TEXT NOT NULL)']],
    ['has no primary key', ['CREATE TABLE tablite_keys (id, keyring)', `INSERT INTO tablite_keys VALUES (1, ${keyring})`]],
    ['has no primary key, and is empty', ['CREATE TABLE tablite_keys (id, keyring)']],
    [
      'has a trigger',
      [
        'CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY, keyring TEXT)',
        'CREATE TRIGGER t AFTER INSERT ON tablite_keys BEGIN DELETE FROM tablite_keys; END',
      ],
    ],
  ])('because it %s is damage, until it is destroyed', async (_, script) => {
    const browser = newBrowser();
    const { database, vault } = await openUnlocked(browser);
    await database.run('CREATE TABLE kept AS SELECT keyring FROM tablite_keys');
    await database.run('DROP TABLE tablite_keys');
    for (const sql of script) await database.run(sql);
    vault.close();
    const tab = await openTab(browser);
    expect(tab.vault).toMatchObject({ state: 'locked', protectors: { device: false, passphrase: false } });
    for (const attempt of [tab.vault.unlock(), tab.vault.create(), tab.vault.rotate([])])
      expect(await rejection(attempt)).toMatchObject({ name: 'VaultError', code: 'VAULT_DAMAGED' });
    await tab.vault.destroy();
    expect(tab.vault.state).toBe('absent');
    await tab.vault.create();
    await keep(tab, 1, 'hunter2');
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('because it takes no keyring is damage', async () => {
    const tab = await openTab(newBrowser());
    await tab.database.run('CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY CHECK (id = 2), keyring TEXT NOT NULL)');
    expect(await rejection(tab.vault.create())).toMatchInlineSnapshot(
      `[VaultError: The keys in tablite_keys are damaged: their table does not take them. Import a backup, or restore one.]`,
    );
    expect(tab.vault.state).toBe('absent');
  });

  it('is put right by keys that are carried over', async () => {
    const from = await openUnlocked(newBrowser());
    const text = keyringText(from.database) ?? '';
    const { database } = await openTab(newBrowser());
    for (const script of ['CREATE VIEW tablite_keys AS SELECT 1 AS id', 'CREATE TABLE tablite_keys (a)', 'SELECT 1']) {
      await database.run(script);
      await database.write((tx) => putKeyringText(database, tx, text));
      expect(keyringText(database)).toBe(text);
      await database.run('DROP TABLE tablite_keys');
    }
  });
});
