import { type Database, memoryStorage, type OpenOptions, type Storage } from '../../src/index.js';
import { type KeyStore, memoryKeyStore, openVault, type Place, SealedValue, type Vault, type VaultOptions } from '../../src/seal.js';
import { openTestDatabase } from '../database/open-test-database.js';

/** A chain with a column of secrets, whose trigger marks rows that change. */
export const secretChain: readonly { name: string; sql: string }[] = [
  {
    name: 'v001_credentials.sql',
    sql: `CREATE TABLE credentials (id INTEGER PRIMARY KEY, secret TEXT, updated_at TEXT NOT NULL DEFAULT 'at first');
      CREATE TRIGGER mark_credentials AFTER UPDATE OF secret ON credentials BEGIN
        UPDATE credentials SET updated_at = 'later' WHERE id = NEW.id;
      END;`,
  },
];

export const SECRETS = { table: 'credentials', column: 'secret', primaryKey: 'id' } as const;

export function placeOf(id: Place['primaryKey']): Place {
  return { table: 'credentials', column: 'secret', primaryKey: id };
}

export interface Tab {
  readonly database: Database;
  readonly vault: Vault;
}

/** What the tabs of one browser have in common. */
export interface Browser {
  readonly storage: Storage;
  readonly keyStore: KeyStore;
}

export function newBrowser(storage: Storage = memoryStorage()): Browser {
  return { storage, keyStore: memoryKeyStore() };
}

/** A tab of a browser with its vault, which is locked or absent. */
export async function openTab({ storage, keyStore }: Browser, vault: VaultOptions = {}, options: Partial<OpenOptions> = {}): Promise<Tab> {
  const database = await openTestDatabase(storage, { migrations: secretChain, ...options });
  return { database, vault: openVault(database, { keyStore, ...vault }) };
}

/** A tab whose vault is unlocked by the key of the device. */
export async function openUnlocked(browser: Browser, vault: VaultOptions = {}, options: Partial<OpenOptions> = {}): Promise<Tab> {
  const tab = await openTab(browser, vault, options);
  await (tab.vault.state === 'absent' ? tab.vault.create() : tab.vault.unlock());
  return tab;
}

/** Stores a secret by `vault.write`. */
export async function keep({ vault }: Tab, id: number, text: string): Promise<void> {
  await vault.write([{ text, place: placeOf(id) }], (tx, [sealed]) => {
    if (!sealed) throw new RangeError('one secret in, one out');
    const sql = 'INSERT INTO credentials (id, secret) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET secret = excluded.secret';
    tx.run(sql, [id, SealedValue.textOf(sealed)]);
  });
}

/** The sealed value that is stored in a row. */
export function storedIn({ database }: Tab, id: number): SealedValue {
  return SealedValue.fromText(String(database.get('SELECT secret FROM credentials WHERE id = ?', [id])?.['secret']));
}

/** The secret of a row. */
export function secretIn(tab: Tab, id: number): Promise<string> {
  return tab.vault.open(storedIn(tab, id), placeOf(id));
}

/** The secrets of all rows, by the order of their ids. */
export function allSecrets(tab: Tab): Promise<string[]> {
  const ids = tab.database.values('SELECT id FROM credentials WHERE secret IS NOT NULL ORDER BY id').map(([id]) => Number(id));
  return Promise.all(ids.map((id) => secretIn(tab, id)));
}

/** The keyring as it is stored. */
export function keyringOf({
  database,
}: Tab): { protectors: { kind: string; id: string }[]; dataKeys: { id: string }[] } & Record<string, unknown> {
  return JSON.parse(String(database.get('SELECT keyring FROM tablite_keys')?.['keyring']));
}

/** Stores a keyring in place of the one that is there, as somebody with access to the file could. */
export async function putKeyring({ database }: Tab, keyring: unknown): Promise<void> {
  await database.run('UPDATE tablite_keys SET keyring = ?', [typeof keyring === 'string' ? keyring : JSON.stringify(keyring)]);
}

/** A key store that counts what it holds. */
export function countingKeyStore(): KeyStore & { readonly ids: Set<string> } {
  const inner = memoryKeyStore();
  const ids = new Set<string>();
  return {
    ids,
    get: (id) => inner.get(id),
    set: (id, key) => {
      ids.add(id);
      return inner.set(id, key);
    },
    delete: (id) => {
      ids.delete(id);
      return inner.delete(id);
    },
  };
}
