import { describe, expect, it } from 'vitest';
import { StorageTimeoutError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { Witness } from '../../src/store/witness.js';
import { counterOf, INCREMENT, openTestDatabase } from '../database/open-test-database.js';
import { FaultyStorage, ManualClock, never, noChannels } from './fakes.js';
import { backedStep, begun, openStore, run } from './open-store.js';

const DAY = 86_400_000;
const JUMPS: readonly [string, number][] = [
  ['forward', DAY],
  ['back', -DAY],
];

describe.each(JUMPS)('a time of day that jumps %s', (_, jump) => {
  it('makes no storage look dead sooner or later than it is', async () => {
    const shared = memoryStorage();
    await (await openTestDatabase(shared)).close();
    const storage = new FaultyStorage(shared);
    const clock = new ManualClock();
    const database = await openTestDatabase(storage, { environment: { clock, openChannel: noChannels } });
    storage.onWrite = () => never();
    let outcome: unknown;
    database.run(INCREMENT).catch((error: unknown) => {
      outcome = error;
    });
    await clock.advance(5000);
    clock.jump(jump);
    await clock.advance(4000);
    expect(outcome).toBeUndefined();
    await clock.advance(1000);
    expect(outcome).toBeInstanceOf(StorageTimeoutError);
    expect(counterOf(database)).toBe(0);
  });

  it('keeps the checkpoint waiting for a quarter of a second, and not longer', async () => {
    const shared = memoryStorage();
    const clock = new ManualClock();
    const store = await openStore(shared, { environment: { clock } });
    const checkpointSeq = async () => ((await shared.read([{ get: ['meta'] }]))[0] as { checkpointSeq: number }).checkpointSeq;
    await run(store, 'CREATE TABLE notes (body)');
    for (let n = 0; n < 400; n++) await run(store, 'INSERT INTO notes VALUES (1)');
    clock.jump(jump);
    await clock.advance(200);
    expect(await checkpointSeq()).toBe(0);
    clock.jump(-jump);
    await clock.advance(400);
    expect(await checkpointSeq()).toBeGreaterThan(200);
  });

  it('has the witness note what was seen within a second', async () => {
    const items = new Map<string, string>();
    const witnessStorage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    };
    const clock = new ManualClock();
    const witness = new Witness('notes', { witnessStorage, clock });
    witness.note({ storeId: 'store', seq: 1 });
    clock.jump(jump);
    witness.note({ storeId: 'store', seq: 2 });
    await clock.advance(1000);
    expect(await witness.recall()).toMatchObject({ storeId: 'store', seq: 2 });
  });

  it('leaves backups in the order in which they were made, and drops the oldest of four', async () => {
    const clock = new ManualClock();
    const store = await begun(openStore(memoryStorage(), { environment: { clock } }));
    for (const version of [2, 3, 4, 5]) {
      await backedStep(store, `PRAGMA user_version = ${version}`);
      clock.jump(jump);
    }
    const backups = await store.backups();
    expect(backups.map(({ schemaVersion }) => schemaVersion)).toEqual([4, 3, 2]);
    expect(new Set(backups.map(({ createdAt }) => createdAt)).size).toBe(3);
  });
});
