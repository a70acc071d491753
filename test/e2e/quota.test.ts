import { expect, inject, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const QUOTA = 2_000_000;

it('a full storage rejects the write, leaves memory as it is on disk, and takes writes again once there is room', async () => {
  const context = await (await newProfile()).launch();
  const tab = await Tab.open(context);
  const session = await context.newCDPSession(tab.page);
  const origin = inject('origin');
  // Before the first write: Chromium remembers for a while how much room there was.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: QUOTA });
  await tab.openDatabase('quota', 'counters');
  await tab.run(() => window.db.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)'), undefined);
  await tab.run(() => window.db.run("INSERT INTO notes VALUES (1, 'from before')"), undefined);

  const fill = (size: number) => window.failureOf(() => window.db.run('INSERT INTO notes (body) VALUES (randomblob(?))', [size]));
  expect(await tab.run(fill, QUOTA * 2)).toEqual({ name: 'StorageFullError', code: 'STORAGE_FULL' });
  expect(await tab.values('SELECT * FROM notes')).toEqual([[1, 'from before']]);
  const other = await Tab.open(context);
  await other.openDatabase('quota', 'counters');
  expect(await other.run(exported, undefined)).toBe(await tab.run(exported, undefined));

  await session.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await tab.run(fill, QUOTA * 2)).toBeUndefined();
  expect(await tab.run(() => window.db.status.state, undefined)).toBe('ready');
  await other.run(() => window.db.refresh(), undefined);
  expect(await other.values('SELECT id, length(body) FROM notes')).toEqual([
    [1, 11],
    [2, QUOTA * 2],
  ]);
});

/** The whole file, by its checksum. */
async function exported(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await window.db.export());
  return new Uint8Array(digest).join();
}
