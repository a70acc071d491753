import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const ROUNDS = Number(process.env['TABLITE_RUNS'] ?? 1);
/** The header of a record of 70 bytes, without the record: what a crash leaves that comes in between. */
const TORN_RECORD = Buffer.from([0xde, 0xad, 0xbe, 0xef, 0x46, 0x00, 0x01]);

it.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
  'a database that Chromium deletes with all IndexedDB of the origin, after a crash left a torn record, is brought back (round %i)',
  async () => {
    const profile = await newProfile();
    const first = await Tab.open(await profile.launch());
    await first.openDatabase('torn', 'counters');
    await first.run(writeRows, { from: 2, to: 40 });
    await profile.close();
    await tear(join(profile.folder, 'Default', 'IndexedDB'));

    // This session appends behind the torn record, and sees nothing of it.
    const second = await Tab.open(await profile.launch());
    await second.openDatabase('torn', 'counters');
    await second.run(writeRows, { from: 41, to: 60 });
    await sleep(1000);
    const idle = await second.run(() => window.db.status.mirror, undefined);
    expect(idle).toMatchObject({ place: 'bucket', behind: 0 });
    const last = await second.run(writeRows, { from: 61, to: 70 });
    await profile.kill();

    const third = await Tab.open(await profile.launch());
    await third.openDatabase('torn', 'counters');
    const { restored, state, seq } = await third.run(() => window.db.status, undefined);
    expect(state).toBe('ready');
    expect(restored?.from).toBe('mirror');
    expect(restored?.seq).toBeGreaterThanOrEqual(Math.max(idle.seq ?? 0, last.mirrored));
    const rows = await third.values('SELECT id FROM counters ORDER BY id');
    // Each commit after the first, which made the table, added one row.
    expect(rows).toEqual(Array.from({ length: seq }, (_, n) => [n + 1]));
    expect(await third.values('PRAGMA integrity_check')).toEqual([['ok']]);
    console.log(`${last.seq} commits acknowledged, ${last.mirrored} known to be mirrored, brought back up to ${restored?.seq}`);
    await third.run(() => window.db.run('INSERT INTO counters VALUES (1000, 0)'), undefined);
    expect(await third.run(() => window.db.flush({ mirror: true }), undefined)).toBeUndefined();
  },
);

/** One commit for each row. @returns where the database stands, and up to where the mirror is known to be. */
async function writeRows({ from, to }: { from: number; to: number }): Promise<{ seq: number; mirrored: number }> {
  for (let id = from; id <= to; id++) await window.db.run('INSERT INTO counters VALUES (?, 0)', [id]);
  const { seq, mirror } = window.db.status;
  return { seq, mirrored: mirror.seq ?? 0 };
}

/** Ends the log of the origin's IndexedDB as a crash may. */
async function tear(folder: string): Promise<void> {
  const [origin = ''] = (await readdir(folder)).filter((name) => name.endsWith('.indexeddb.leveldb'));
  const logs = (await readdir(join(folder, origin))).filter((name) => name.endsWith('.log')).map((name) => join(folder, origin, name));
  const times = await Promise.all(logs.map(async (log) => (await stat(log)).mtimeMs));
  const newest = logs[times.indexOf(Math.max(...times))];
  if (!newest) throw new Error(`There is no log in ${folder}`);
  await appendFile(newest, TORN_RECORD);
}
