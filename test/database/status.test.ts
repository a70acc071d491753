import { describe, expect, it, vi } from 'vitest';
import { deleteDatabase, memoryStorage, openDatabase, type Status, StorageFullError } from '../../src/index.js';
import { FaultyStorage, ManualClock, never, noChannels, settle } from '../store/fakes.js';
import { counterChain, counterOf, INCREMENT, openTestDatabase, uniqueName } from './open-test-database.js';
import { rejection, thrownBy } from './outcome.js';
import { counterFile } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

describe('the status', () => {
  it('is ready once a database is open, and tells where it is kept and since when', async () => {
    const clock = new ManualClock();
    const opening = openTestDatabase(memoryStorage(), { environment: { openChannel: noChannels, clock } });
    await clock.advance(0);
    await clock.advance(0);
    const database = await opening;
    expect(database.status).toEqual({
      state: 'ready',
      persistence: 'memory',
      isPersistent: undefined,
      error: undefined,
      dataLoss: undefined,
      restored: undefined,
      seq: 1,
      unsaved: 0,
      savedAt: clock.now(),
      mirror: { place: 'none', seq: undefined, behind: undefined, error: undefined },
      since: clock.now(),
    });
  });

  it('is failing while the storage fails, and ready again once it works', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    const seen: Status[] = [];
    database.onStatusChange((status) => seen.push(status));
    const full = new StorageFullError('full');
    faulty.onWrite = () => Promise.reject(full);
    await rejection(database.run(INCREMENT));
    expect(database.status).toMatchObject({ state: 'failing', error: full });
    expect(counterOf(database)).toBe(0);
    faulty.onWrite = (_, next) => next();
    await database.run(INCREMENT);
    await database.run(INCREMENT);
    const states = seen.map(({ state, error }) => [state, error]).filter(([state], at, all) => state !== all[at - 1]?.[0]);
    expect(states.slice(1)).toEqual([
      ['failing', full],
      ['ready', undefined],
    ]);
  });

  it('is failing while what is stored cannot be read, and a refresh says so', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    faulty.onRead = () => Promise.reject(new StorageFullError('unreadable'));
    await rejection(database.refresh());
    expect(database.status.state).toBe('failing');
    expect(counterOf(database)).toBe(0);
    faulty.onRead = (_, next) => next();
    await database.refresh();
    expect(database.status).toMatchObject({ state: 'ready', error: undefined });
  });

  it('is told to nobody whose watching has ended, and to the others even where one throws', async () => {
    const database = await openTestDatabase(memoryStorage(), alone);
    const heard: string[] = [];
    const end = database.onStatusChange(() => heard.push('ended'));
    database.onStatusChange(() => {
      throw new Error('from the watcher');
    });
    database.onStatusChange(({ state }) => heard.push(state));
    end();
    const reports: (() => void)[] = [];
    const microtask = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((report) => void reports.push(report));
    await database.close().finally(() => microtask.mockRestore());
    expect(heard).toEqual(['closed']);
    expect(reports).toHaveLength(1);
  });
});

describe('a closed database', () => {
  it('refuses everything with a ClosedError', async () => {
    const database = await openTestDatabase(memoryStorage(), alone);
    await database.close();
    const select = 'SELECT 1';
    for (const read of [() => database.all(select), () => database.get(select), () => database.values(select)])
      expect(thrownBy(read)).toMatchObject({ name: 'ClosedError', code: 'CLOSED' });
    for (const look of [() => database.schemaVersion, () => database.history]) expect(thrownBy(look)).toMatchObject({ code: 'CLOSED' });
    const calls = [
      () => database.run(INCREMENT),
      () => database.write(() => undefined),
      () => database.refresh(),
      () => database.export(),
      () => database.import(counterFile(1)),
      () => database.vacuum(),
    ];
    for (const call of calls) expect(await rejection(call())).toMatchObject({ name: 'ClosedError', code: 'CLOSED' });
    expect((thrownBy(() => database.get(select)) as Error).message).toMatchInlineSnapshot(`"The database was closed. Open it again."`);
    expect(database.status).toMatchObject({ state: 'closed', error: { name: 'ClosedError' } });
  });

  it('may be closed again', async () => {
    const database = await openTestDatabase(memoryStorage(), alone);
    const states: string[] = [];
    database.onStatusChange(({ state }) => states.push(state));
    await Promise.all([database.close(), database.close()]);
    await database.close();
    expect(states).toEqual(['closed']);
  });

  it('has stored the writes made before, and hears nothing more of other tabs', async () => {
    const storage = memoryStorage();
    const [here, there] = [await openTestDatabase(storage), await openTestDatabase(storage)];
    let heard = 0;
    here.subscribe('all', () => heard++);
    const writing = here.run(INCREMENT);
    await here.close();
    await expect(writing).resolves.toMatchObject({ changes: 1 });
    await there.run(INCREMENT);
    await settle();
    expect(heard).toBe(1);
    expect(counterOf(there)).toBe(2);
    await there.close();
  });
});

describe('the promise to keep the data', () => {
  const open = async (persist: () => Promise<boolean>) => {
    const name = uniqueName('persist');
    const database = await openDatabase({ name, migrations: counterChain, environment: { persist, openChannel: noChannels } });
    await settle();
    const close = async () => {
      await database.close();
      await deleteDatabase(name);
    };
    return { database, close };
  };

  it('is asked for once and reported', async () => {
    for (const [answer, isPersistent] of [
      [() => Promise.resolve(true), true],
      [() => Promise.resolve(false), false],
      [() => Promise.reject(new TypeError('not here')), false],
      [
        () => {
          throw new TypeError('not here');
        },
        false,
      ],
    ] as const) {
      const persist = vi.fn(answer);
      const { database, close } = await open(persist);
      await database.run(INCREMENT);
      expect(database.status.isPersistent).toBe(isPersistent);
      expect(persist).toHaveBeenCalledTimes(1);
      await close();
    }
  });

  it('is not waited for', async () => {
    const { database, close } = await open(never);
    await database.run(INCREMENT);
    expect(database.status).toMatchObject({ state: 'ready', isPersistent: undefined });
    await close();
  });

  it('is not asked for where nothing is kept in IndexedDB', async () => {
    const persist = vi.fn(() => Promise.resolve(true));
    await openTestDatabase(memoryStorage(), { environment: { persist } });
    expect(persist).not.toHaveBeenCalled();
  });
});
