import { expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const TABS = 8;
const INCREMENTS = 40;

it('a row added in one tab appears in the other through subscribe', async () => {
  const context = await (await newProfile()).launch();
  const [writer, reader] = await Promise.all([Tab.open(context), Tab.open(context)]);
  await writer.openDatabase('two-tabs', 'counters');
  await reader.openDatabase('two-tabs', 'counters');
  const seen = reader.run(
    () =>
      new Promise<unknown>((resolve) => {
        window.db.subscribe(['counters'], ({ origin, tables }) =>
          resolve({ origin, tables, rows: window.db.values('SELECT * FROM counters') }),
        );
      }),
    undefined,
  );
  await writer.run(() => window.db.run('INSERT INTO counters VALUES (2, 20)'), undefined);
  expect(await seen).toEqual({
    origin: 'other',
    tables: ['counters'],
    rows: [
      [1, 0],
      [2, 20],
    ],
  });
});

it('eight tabs that increment one counter 40 times each at once count to 320', async () => {
  const context = await (await newProfile()).launch();
  const tabs = await Promise.all(Array.from({ length: TABS }, () => Tab.open(context)));
  for (const tab of tabs) await tab.openDatabase('counter', 'counters');
  const begun = Date.now();
  const runs = await Promise.all(
    tabs.map((tab) =>
      tab.run(async (increments) => {
        let runs = 0;
        for (let n = 0; n < increments; n++) {
          await window.db.write((tx) => {
            runs++;
            tx.run('UPDATE counters SET value = value + 1 WHERE id = 1');
          });
        }
        return runs;
      }, INCREMENTS),
    ),
  );
  const increments = TABS * INCREMENTS;
  const conflicts = runs.reduce((sum, count) => sum + count, 0) - increments;
  console.log(`${increments} increments in ${TABS} tabs: ${Date.now() - begun} ms, ${conflicts} conflicts`);

  for (const tab of tabs) await tab.run(() => window.db.refresh(), undefined);
  const counted = Array.from({ length: TABS }, () => [[increments]]);
  expect(await Promise.all(tabs.map((tab) => tab.values('SELECT value FROM counters')))).toEqual(counted);

  await Promise.all(tabs.map((tab) => tab.reload()));
  await Promise.all(tabs.map((tab) => tab.openDatabase('counter', 'counters')));
  expect(await Promise.all(tabs.map((tab) => tab.values('SELECT value FROM counters')))).toEqual(counted);
});

it('deleteDatabase in one tab closes the database in the other, and is not blocked by it', async () => {
  const context = await (await newProfile()).launch();
  const [one, other] = await Promise.all([Tab.open(context), Tab.open(context)]);
  await one.openDatabase('deleted', 'counters');
  await other.openDatabase('deleted', 'counters');

  await other.run(() => window.tablite.deleteDatabase('deleted'), undefined);
  await one.page.waitForFunction(() => window.db.status.state === 'closed');
  const failures = await one.run(
    async () => ({
      status: window.db.status.error?.name,
      read: await window.failureOf(() => window.db.get('SELECT 1')),
      write: await window.failureOf(() => window.db.run('DELETE FROM counters')),
    }),
    undefined,
  );
  const closed = { name: 'ClosedError', code: 'CLOSED' };
  expect(failures).toEqual({ status: 'ClosedError', read: closed, write: closed });

  // Deleted on purpose: that is no data loss.
  await other.openDatabase('deleted', 'counters');
  expect(await other.values('SELECT * FROM counters')).toEqual([[1, 0]]);
});
