import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { openVault } from '../../src/seal.js';
import { verifyUpgradePaths } from '../../src/testing.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { keep, newBrowser, openUnlocked, secretChain, secretIn } from './open-test-vault.js';

const longerChain = [...secretChain, { name: 'v002_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY);' }];

describe('a database with a vault', () => {
  it('goes up the chain, and its secrets open', async () => {
    const browser = newBrowser();
    const tab = await openUnlocked(browser);
    await keep(tab, 1, 'geheim');
    await tab.database.close();
    const later = await openUnlocked(browser, {}, { migrations: longerChain });
    expect(later.database.schemaVersion).toBe(2);
    expect(await secretIn(later, 1)).toBe('geheim');
  });

  it('is brought to the chain when its vault was made first', async () => {
    const storage = memoryStorage();
    const bare = await openTestDatabase(storage, { migrations: secretChain, upgrade: 'manual' });
    await openVault(bare, newBrowser(storage)).create();
    await bare.migrate();
    expect(bare.schemaVersion).toBe(1);
  });

  it('is imported into another one with its vault', async () => {
    const browser = newBrowser();
    const tab = await openUnlocked(browser);
    await keep(tab, 1, 'geheim');
    const other = newBrowser();
    const copy = await openTestDatabase(other.storage, { migrations: longerChain });
    await copy.import(await tab.database.export());
    const vault = openVault(copy, { keyStore: browser.keyStore });
    await vault.unlock();
    expect(await secretIn({ database: copy, vault }, 1)).toBe('geheim');
  });
});

describe('a migration', () => {
  it('that names the table of the keys is refused', async () => {
    const migrations = [...secretChain, { name: 'v002_keys.sql', sql: 'DROP TABLE tablite_keys;' }];
    const browser = newBrowser();
    await openUnlocked(browser);
    await expect(openTestDatabase(browser.storage, { migrations })).rejects.toMatchObject({ code: 'MIGRATION_REFUSED' });
    await expect(verifyUpgradePaths({ migrations })).rejects.toThrow();
  });
});
