import type { Page } from 'playwright';
import { expect, inject, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

it('a database whose IndexedDB vanished between two visits is reported as lost, and begun anew only when asked', async () => {
  const tab = await visited('vanished');
  await tab.page.goto('about:blank');
  await clearIndexedDb(tab.page);
  await tab.goto();
  await expectLoss(tab, 'vanished');
});

it('a database whose IndexedDB is cleared under it closes, and is reported as lost when it is opened again', async () => {
  const tab = await visited('cleared');
  await clearIndexedDb(tab.page);
  const write = await tab.run(() => window.failureOf(() => window.db.run('UPDATE counters SET value = 2')), undefined);
  expect(write).toEqual({ name: 'ClosedError', code: 'CLOSED' });
  expect(await tab.run(() => window.db.status.state, undefined)).toBe('closed');
  await expectLoss(tab, 'cleared');
});

/** A tab in which a database is open with something in it. */
async function visited(name: string): Promise<Tab> {
  const tab = await Tab.open(await (await newProfile()).launch());
  await tab.openDatabase(name, 'counters');
  await tab.run(() => window.db.run('UPDATE counters SET value = 1'), undefined);
  return tab;
}

/** Clears IndexedDB alone: localStorage, where the witness is, stays. */
async function clearIndexedDb(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: inject('origin'), storageTypes: 'indexeddb' });
  await session.detach();
}

async function expectLoss(tab: Tab, name: string): Promise<void> {
  const refused = await tab.run((name) => window.failureOf(() => window.tablite.openDatabase({ name })), name);
  expect(refused).toEqual({ name: 'DataLossError', code: 'DATA_LOSS' });
  const begun = await tab.run(async (name) => {
    const { counters } = window.chains;
    window.db = await window.tablite.openDatabase({ name, migrations: counters, onDataLoss: 'restart' });
    const { state, dataLoss } = window.db.status;
    return { state, dataLoss: dataLoss?.name, rows: window.db.values('SELECT * FROM counters') };
  }, name);
  expect(begun).toEqual({ state: 'ready', dataLoss: 'DataLossError', rows: [[1, 0]] });
  // From now on it is an ordinary database again.
  await tab.reload();
  await tab.openDatabase(name, 'counters');
  expect(await tab.run(() => window.db.status.dataLoss, undefined)).toBeUndefined();
}
