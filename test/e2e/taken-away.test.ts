import type { BrowserContext } from 'playwright';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { makeProfile } from './profile.js';
import { Tab } from './tab.js';

describe('a database that another page', () => {
  let context: BrowserContext;

  beforeAll(async () => {
    const profile = await makeProfile();
    context = await profile.launch();
    return () => profile.remove();
  });

  async function twoTabs(name: string): Promise<[Tab, Tab]> {
    const [one, other] = await Promise.all([Tab.open(context), Tab.open(context)]);
    await one.openDatabase(name, 'counters');
    return [one, other];
  }

  it.each([
    ['deletes with deleteDatabase()', deleteIt, undefined],
    ['deletes behind its back', deleteRaw, { name: 'DataLossError', code: 'DATA_LOSS' }],
  ])('%s closes, settles the writes that are on their way, and holds nothing up', async (name, deletion, loss) => {
    const [one, other] = await twoTabs(name);
    const writing = one.run(writeUntilRefused, undefined);
    await one.page.waitForFunction(() => Number(window.db.values('SELECT value FROM counters')[0]?.[0]) > 20);
    expect(await other.run(deletion, name)).toEqual({ isBlocked: false });
    const { refusals } = await writing;
    expect(refusals).not.toEqual([]);
    expect(new Set(refusals)).toEqual(new Set(['ClosedError']));
    expect(await one.run(() => window.db.status.state, undefined)).toBe('closed');
    // On purpose it is no loss.
    const reopen = (name: string) => window.failureOf(() => window.tablite.openDatabase({ name }));
    expect(await other.run(reopen, name)).toEqual(loss);
    await Promise.all([one, other].map((tab) => tab.page.close()));
  });

  it('upgrades without touching what is in it goes on', async () => {
    const [one, other] = await twoTabs('upgraded');
    const writing = one.run(() => window.db.run('UPDATE counters SET value = value + 1'), undefined);
    await other.run(upgradeTo, { name: 'upgraded', version: 99, replaces: false });
    await writing;
    await one.run(() => window.db.run('UPDATE counters SET value = value + 1'), undefined);
    await one.reload();
    await one.openDatabase('upgraded', 'counters');
    expect(await one.values('SELECT value FROM counters')).toEqual([[2]]);
    await Promise.all([one, other].map((tab) => tab.page.close()));
  });

  it('makes something else of says so, and overwrites nothing of that', async () => {
    const [one, other] = await twoTabs('replaced');
    await one.run(() => window.db.run('UPDATE counters SET value = 1'), undefined);
    await other.run(upgradeTo, { name: 'replaced', version: 99, replaces: true });
    const write = () => window.failureOf(() => window.db.run('UPDATE counters SET value = 2'));
    expect(await one.run(write, undefined)).toEqual({ name: 'StorageFormatError', code: 'STORAGE_FORMAT' });
    expect(await one.run(() => [window.db.status.state, window.db.status.error?.name], undefined)).toEqual([
      'failing',
      'StorageFormatError',
    ]);
    // What it has read before can still be read.
    expect(await one.values('SELECT value FROM counters')).toEqual([[1]]);
    const open = (name: string) => window.failureOf(() => window.tablite.openDatabase({ name }));
    expect(await other.run(open, 'replaced')).toEqual({ name: 'StorageFormatError', code: 'STORAGE_FORMAT' });
    expect(await other.run(storesOf, 'replaced')).toEqual({ version: 99, stores: { theirs: ['kept'] } });
    await Promise.all([one, other].map((tab) => tab.page.close()));
  });

  it('floods with garbage and forged hints goes on', async () => {
    const [one, other] = await twoTabs('flooded');
    await other.run(() => {
      const channel = new BroadcastChannel('tablite:flooded');
      for (let n = 0; n < 500; n++)
        for (const message of [null, { seq: n }, { storeId: '', seq: n }, new Blob(['x'])]) channel.postMessage(message);
    }, undefined);
    await one.run(() => window.db.run('UPDATE counters SET value = 1'), undefined);
    expect(await one.run(() => window.db.status.state, undefined)).toBe('ready');
    await other.openDatabase('flooded', 'counters');
    expect(await other.values('SELECT value FROM counters')).toEqual([[1]]);
    await Promise.all([one, other].map((tab) => tab.page.close()));
  });

  it('clears with everything else of the site closes, and is a first run when it is opened again', async () => {
    const [one, other] = await twoTabs('cleared');
    await one.run(() => window.db.run('UPDATE counters SET value = 1'), undefined);
    const session = await context.newCDPSession(other.page);
    await session.send('Storage.clearDataForOrigin', { origin: inject('origin'), storageTypes: 'all' });
    expect(await one.run(() => window.failureOf(() => window.db.run('UPDATE counters SET value = 2')), undefined)).toEqual({
      name: 'ClosedError',
      code: 'CLOSED',
    });
    // Longer than the witness may lag behind.
    await one.run(() => new Promise((resolve) => setTimeout(resolve, 1200)), undefined);
    await one.openDatabase('cleared', 'counters');
    expect(await one.run(() => [window.db.status.state, window.db.status.dataLoss], undefined)).toEqual(['ready', undefined]);
    expect(await one.values('SELECT value FROM counters')).toEqual([[0]]);
    await Promise.all([one, other].map((tab) => tab.page.close()));
  });
});

/** Several writes on their way at any time, until some are refused. @returns what they were refused with. */
async function writeUntilRefused(): Promise<{ refusals: string[] }> {
  const refusals: string[] = [];
  const write = () => window.db.run('UPDATE counters SET value = value + 1').catch((error: Error) => void refusals.push(error.name));
  while (refusals.length === 0) await Promise.all([write(), write(), write()]);
  return { refusals };
}

async function deleteIt(name: string): Promise<{ isBlocked: boolean }> {
  await window.tablite.deleteDatabase(name);
  return { isBlocked: false };
}

function deleteRaw(name: string): Promise<{ isBlocked: boolean }> {
  return new Promise((resolve, reject) => {
    let isBlocked = false;
    const request = indexedDB.deleteDatabase(`tablite:${name}`);
    request.onblocked = () => {
      isBlocked = true;
    };
    request.onsuccess = () => resolve({ isBlocked });
    request.onerror = () => reject(request.error);
  });
}

/** What somebody does who takes the name for theirs; they let go of it afterwards. */
function upgradeTo({ name, version, replaces }: { name: string; version: number; replaces: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(`tablite:${name}`, version);
    request.onupgradeneeded = () => {
      if (replaces) request.result.deleteObjectStore('records');
      request.result.createObjectStore('theirs').put('kept', 1);
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onblocked = () => reject(new Error('blocked'));
    request.onerror = () => reject(request.error);
  });
}

/** What an IndexedDB database holds. */
async function storesOf(name: string): Promise<unknown> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`tablite:${name}`);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const stores: Record<string, unknown[]> = {};
  for (const store of database.objectStoreNames) {
    stores[store] = await new Promise<unknown[]>((resolve, reject) => {
      const request = database.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
  const { version } = database;
  database.close();
  return { version, stores };
}
