import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { SealedValue } from '../../src/seal.js';
import { latch, rejection } from '../database/outcome.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import {
  allSecrets,
  keep,
  keyringOf,
  newBrowser,
  openTab,
  openUnlocked,
  placeOf,
  SECRETS,
  secretIn,
  storedIn,
  type Tab,
} from './open-test-vault.js';

const alone = { environment: { openChannel: noChannels } };

async function withSecrets(count: number, browser = newBrowser(), options = {}): Promise<Tab> {
  const tab = await openUnlocked(browser, {}, options);
  for (let id = 1; id <= count; id++) await keep(tab, id, `secret ${id}`);
  return tab;
}

const keyIdsIn = ({ database }: Tab) =>
  new Set(database.values('SELECT secret FROM credentials WHERE secret IS NOT NULL').map(([text]) => String(text).split(':')[1]));

describe('a rotation', () => {
  it('seals every value anew, deletes the old key, and tells how far it is', async () => {
    const tab = await withSecrets(5);
    const [old] = keyringOf(tab).dataKeys;
    const before = storedIn(tab, 3);
    const steps: unknown[] = [];
    expect(await tab.vault.rotate([SECRETS], { batch: 2, onProgress: (step) => steps.push(step) })).toEqual({ resealed: 5, foreign: 0 });
    expect(steps).toEqual([0, 2, 4, 5].map((done) => ({ done, total: 5 })));
    const { dataKeys } = keyringOf(tab);
    expect(dataKeys).toHaveLength(1);
    expect(dataKeys[0]?.id).not.toBe(old?.id);
    expect(keyIdsIn(tab)).toEqual(new Set([dataKeys[0]?.id]));
    expect(await allSecrets(tab)).toEqual([1, 2, 3, 4, 5].map((id) => `secret ${id}`));
    tab.vault.lock();
    await tab.vault.unlock();
    expect(await rejection(tab.vault.open(before, placeOf(3)))).toMatchObject({ code: 'SEAL_KEY_UNKNOWN' });
  });

  it('leaves values of other making alone, and counts them', async () => {
    const tab = await withSecrets(1);
    const ofOther = SealedValue.textOf(await (await openUnlocked(newBrowser())).vault.seal('x', placeOf(3)));
    await tab.database.run('INSERT INTO credentials (id, secret) VALUES (2, ?), (3, ?), (4, NULL)', ['gAAAAAB-of-the-backend', ofOther]);
    expect(await tab.vault.rotate([SECRETS])).toEqual({ resealed: 1, foreign: 2 });
    expect(tab.database.values('SELECT secret FROM credentials WHERE id > 1 ORDER BY id')).toEqual([
      ['gAAAAAB-of-the-backend'],
      [ofOther],
      [null],
    ]);
  });

  it('puts the new key under the passphrase and the device, both of which must be at hand', async () => {
    const browser = newBrowser();
    const tab = await openTab(browser);
    await tab.vault.create({ passphrase: 'words' });
    await keep(tab, 1, 'hunter2');
    tab.vault.lock();
    await tab.vault.unlock();
    expect(await rejection(tab.vault.rotate([SECRETS]))).toMatchInlineSnapshot(
      `[VaultError: The new data key is to be put under the passphrase as well. Call unlock({ passphrase }) first.]`,
    );
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
    const elsewhere = await openTab({ ...newBrowser(), storage: browser.storage });
    await elsewhere.vault.unlock({ passphrase: 'words' });
    expect(await rejection(elsewhere.vault.rotate([SECRETS]))).toMatchInlineSnapshot(
      `[VaultError: The new data key is to be put under the key of the device as well, which this browser does not have. Call addDevice() or removeDevice() first.]`,
    );
    await tab.vault.unlock({ passphrase: 'words' });
    await tab.vault.rotate([SECRETS]);
    tab.vault.lock();
    await tab.vault.unlock();
    expect(await secretIn(tab, 1)).toBe('hunter2');
    tab.vault.lock();
    await tab.vault.unlock({ passphrase: 'words' });
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('ends with an error for a value that was tampered with, the others done, and is finished once that one is gone', async () => {
    const tab = await withSecrets(3);
    await tab.database.run('UPDATE credentials SET secret = (SELECT secret FROM credentials WHERE id = 1) WHERE id = 2');
    expect(await rejection(tab.vault.rotate([SECRETS]))).toMatchObject({ code: 'SEAL_TAMPERED', primaryKey: 2 });
    expect(keyringOf(tab).dataKeys).toHaveLength(2);
    expect([await secretIn(tab, 1), await secretIn(tab, 3)]).toEqual(['secret 1', 'secret 3']);
    const current = keyringOf(tab).dataKeys[1]?.id;
    await tab.database.run('UPDATE credentials SET secret = NULL WHERE id = 2');
    expect(await tab.vault.rotate([SECRETS])).toEqual({ resealed: 0, foreign: 0 });
    expect(keyringOf(tab).dataKeys.map(({ id }) => id)).toEqual([current]);
  });

  it('deletes no key that a column which was not named still needs', async () => {
    const tab = await withSecrets(1);
    await tab.database.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)');
    const place = { table: 'notes', column: 'body', primaryKey: 1 };
    await tab.vault.write([{ text: 'forgotten', place }], (tx, [sealed]) =>
      tx.run('INSERT INTO notes VALUES (1, ?)', [sealed ? SealedValue.textOf(sealed) : null]),
    );
    expect(await rejection(tab.vault.rotate([SECRETS]))).toMatchInlineSnapshot(
      `[UsageError: notes.body holds values under the data key that is to be deleted. Name every column of sealed values, and rotate again.]`,
    );
    const stored = () => SealedValue.fromText(String(tab.database.get('SELECT body FROM notes')?.['body']));
    expect(await tab.vault.open(stored(), place)).toBe('forgotten');
    expect(await tab.vault.rotate([SECRETS, { table: 'Notes', column: 'BODY', primaryKey: 'id' }])).toEqual({ resealed: 1, foreign: 0 });
    expect(await tab.vault.open(stored(), place)).toBe('forgotten');
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it('refuses a batch of none', async () => {
    const tab = await withSecrets(1);
    for (const batch of [0, 1.5, Number.NaN])
      expect(await rejection(tab.vault.rotate([SECRETS], { batch }))).toMatchObject({ name: 'UsageError' });
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });
});

describe('while one tab rotates', () => {
  it('a write that another has sealed already is sealed again, with the key that stays', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const browser = newBrowser(faulty);
    const a = await withSecrets(2, browser, alone);
    const b = await openUnlocked(browser, {}, alone);
    const runs: string[] = [];
    const gate = latch();
    // The commit of b waits until the whole rotation of a has gone before it.
    let isHeld = true;
    faulty.onWrite = async (_, next) => {
      if (!isHeld) return next();
      isHeld = false;
      await gate.wait;
      return next();
    };
    const writing = b.vault.write([{ text: 'of b', place: placeOf(9) }], (tx, [sealed]) => {
      const text = sealed ? SealedValue.textOf(sealed) : '';
      runs.push(String(text.split(':')[1]));
      tx.run('INSERT INTO credentials (id, secret) VALUES (9, ?)', [text]);
    });
    while (isHeld) await new Promise((resolve) => setTimeout(resolve, 0));
    await a.vault.rotate([SECRETS]);
    gate.open();
    await writing;
    const [current] = keyringOf(b).dataKeys.map(({ id }) => id);
    expect(runs).toHaveLength(2);
    expect(runs[1]).toBe(current);
    await a.database.refresh();
    expect(await allSecrets(a)).toEqual(['secret 1', 'secret 2', 'of b']);
    expect(keyIdsIn(a)).toEqual(new Set([current]));
  });

  it('a value that another replaces keeps what that one wrote', async () => {
    const browser = newBrowser();
    const [a, b] = [await withSecrets(4, browser, alone), await openUnlocked(browser, {}, alone)];
    let isDone = false;
    const interfering: Promise<void>[] = [];
    await a.vault.rotate([SECRETS], {
      batch: 1,
      onProgress: ({ done }) => {
        if (done !== 1 || isDone) return;
        isDone = true;
        interfering.push(keep(b, 3, 'of b'));
      },
    });
    await Promise.all(interfering);
    for (const tab of [a, b]) {
      await tab.database.refresh();
      expect(await allSecrets(tab)).toEqual(['secret 1', 'secret 2', 'of b', 'secret 4']);
    }
    expect(keyringOf(a).dataKeys).toHaveLength(1);
  });

  it('a value that was sealed before and is stored only now keeps its key until it is sealed anew', async () => {
    const tab = await withSecrets(2);
    const late = SealedValue.textOf(await tab.vault.seal('late', placeOf(3)));
    const storing: Promise<unknown>[] = [];
    const onProgress = ({ done }: { done: number }) => {
      if (done === 2 && storing.length === 0) storing.push(tab.database.run('INSERT INTO credentials (id, secret) VALUES (3, ?)', [late]));
    };
    expect(await tab.vault.rotate([SECRETS], { onProgress })).toEqual({ resealed: 3, foreign: 0 });
    await Promise.all(storing);
    expect(await allSecrets(tab)).toEqual(['secret 1', 'secret 2', 'late']);
    expect(keyIdsIn(tab)).toEqual(new Set([keyringOf(tab).dataKeys[0]?.id]));
  });

  it('another that rotates as well makes no third key, and both end', async () => {
    const browser = newBrowser();
    const [a, b] = [await withSecrets(6, browser, alone), await openUnlocked(browser, {}, alone)];
    const [first, second] = await Promise.all([a.vault.rotate([SECRETS], { batch: 2 }), b.vault.rotate([SECRETS], { batch: 2 })]);
    await Promise.all([a.database.refresh(), b.database.refresh()]);
    expect(first.resealed + second.resealed).toBeGreaterThanOrEqual(6);
    expect(keyringOf(a)).toEqual(keyringOf(b));
    expect(keyringOf(a).dataKeys).toHaveLength(1);
    expect(await allSecrets(b)).toEqual([1, 2, 3, 4, 5, 6].map((id) => `secret ${id}`));
  });
});
