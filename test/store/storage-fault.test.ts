import { describe, expect, it } from 'vitest';
import { type Database, StorageError, StorageFullError, StorageTimeoutError, UnknownOutcomeError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { counterOf, INCREMENT, openTestDatabase } from '../database/open-test-database.js';
import { FaultyStorage, ManualClock, never, noChannels, settle } from './fakes.js';

async function open(
  clock = new ManualClock(),
): Promise<{ database: Database; faulty: FaultyStorage; clock: ManualClock; reopened: () => Promise<Database> }> {
  const inner = memoryStorage();
  await (await openTestDatabase(inner)).close();
  const faulty = new FaultyStorage(inner);
  const database = await openTestDatabase(faulty, { environment: { clock, openChannel: noChannels } });
  return { database, faulty, clock, reopened: () => openTestDatabase(inner) };
}

/** What a promise came to, once `clock` has advanced far enough. */
async function outcome(promise: Promise<unknown>, clock: ManualClock): Promise<unknown> {
  let result: unknown;
  let isSettled = false;
  promise.then(
    (value) => {
      isSettled = true;
      result = value;
    },
    (error: unknown) => {
      isSettled = true;
      result = error;
    },
  );
  for (let n = 0; n < 100 && !isSettled; n++) await clock.advance(1000);
  expect(isSettled).toBe(true);
  return result;
}

describe('a commit whose storage', () => {
  it('fails for certain is undone and rejected, and the next one works', async () => {
    const { database, faulty, clock, reopened } = await open();
    faulty.onWrite = async () => {
      throw new StorageFullError('full');
    };
    const writing = database.run(INCREMENT);
    expect(counterOf(database)).toBe(1);
    expect(await outcome(writing, clock)).toBeInstanceOf(StorageFullError);
    expect(counterOf(database)).toBe(0);
    expect(database.status).toMatchObject({ state: 'failing', error: { name: 'StorageFullError' } });
    expect(counterOf(await reopened())).toBe(0);
    faulty.onWrite = (_, next) => next();
    await database.run(INCREMENT);
    expect(counterOf(database)).toBe(1);
    expect(database.status).toMatchObject({ state: 'ready', error: undefined });
    expect(counterOf(await reopened())).toBe(1);
  });

  it('does not answer, but kept it, is resolved: it is looked up', async () => {
    const { database, faulty, clock, reopened } = await open();
    faulty.onWrite = async (_, next) => {
      await next();
      return never();
    };
    expect(await outcome(database.run(INCREMENT), clock)).toMatchObject({ changes: 1 });
    expect(counterOf(database)).toBe(1);
    expect(counterOf(await reopened())).toBe(1);
  });

  it('does not answer, and did not keep it, is rejected within the time of the watchdog', async () => {
    const { database, faulty, clock, reopened } = await open();
    faulty.onWrite = () => never();
    const began = clock.now();
    expect(await outcome(database.run(INCREMENT), clock)).toBeInstanceOf(StorageTimeoutError);
    expect(clock.now() - began).toBeLessThanOrEqual(11_000);
    expect(counterOf(database)).toBe(0);
    expect(counterOf(await reopened())).toBe(0);
  });

  it('answers nothing at all leaves the outcome unknown, which the next catch-up tells', async () => {
    const { database, faulty, clock } = await open();
    faulty.onWrite = async (_, next) => {
      await next();
      return never();
    };
    faulty.onRead = () => never();
    expect(await outcome(database.run(INCREMENT), clock)).toBeInstanceOf(UnknownOutcomeError);
    expect(counterOf(database)).toBe(0);
    expect(database.status.state).toBe('failing');
    faulty.onRead = (_, next) => next();
    await outcome(database.refresh(), clock);
    expect(counterOf(database)).toBe(1);
    expect(database.status.state).toBe('ready');
  });

  it('aborted it, and cannot be read either, leaves the outcome unknown: a lost connection aborts here what is stored there', async () => {
    const { database, faulty, clock } = await open();
    faulty.onWrite = async (_, next) => {
      await next();
      throw new StorageError('aborted');
    };
    faulty.onRead = async () => {
      throw new StorageError('unreadable');
    };
    expect(await outcome(database.run(INCREMENT), clock)).toBeInstanceOf(UnknownOutcomeError);
    expect(counterOf(database)).toBe(0);
    faulty.onWrite = (_, next) => next();
    faulty.onRead = (_, next) => next();
    expect(await outcome(database.run(INCREMENT), clock)).toMatchObject({ changes: 1 });
    expect(counterOf(database)).toBe(2);
  });

  it('hangs rejects what waited behind it as well, each in its time, and nothing is lost afterwards', async () => {
    const { database, faulty, clock, reopened } = await open();
    faulty.onWrite = () => never();
    faulty.onRead = () => never();
    const first = database.run(INCREMENT);
    await settle();
    const second = database.run(INCREMENT);
    expect(counterOf(database)).toBe(2);
    expect(await outcome(first, clock)).toBeInstanceOf(UnknownOutcomeError);
    expect(await outcome(second, clock)).toBeInstanceOf(StorageError);
    expect(counterOf(database)).toBe(0);
    faulty.onWrite = (_, next) => next();
    faulty.onRead = (_, next) => next();
    await outcome(database.run(INCREMENT), clock);
    expect(counterOf(await reopened())).toBe(1);
  });

  it('shows signs of life is waited for, however long it takes', async () => {
    const { database, faulty, clock } = await open();
    const inner = faulty.write.bind(faulty);
    faulty.write = async (batch, alive) => {
      for (let n = 0; n < 5; n++) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 8000));
        alive?.();
      }
      return inner(batch, alive);
    };
    expect(await outcome(database.run(INCREMENT), clock)).toMatchObject({ changes: 1 });
  });
});

describe('an import whose storage', () => {
  const file = async () => {
    const source = await openTestDatabase();
    await source.run('UPDATE counters SET value = 77');
    return source.export();
  };

  it('does not answer, but kept it, is resolved: it is looked up', async () => {
    const { database, faulty, clock, reopened } = await open();
    const bytes = await file();
    faulty.onWrite = async (_, next) => {
      await next();
      return never();
    };
    expect(await outcome(database.import(bytes), clock)).toBeUndefined();
    expect(counterOf(database)).toBe(77);
    expect(counterOf(await reopened())).toBe(77);
  });

  it('does not answer, and did not keep it, is rejected, and the database is as it was', async () => {
    const { database, faulty, clock, reopened } = await open();
    const bytes = await file();
    faulty.onWrite = () => never();
    expect(await outcome(database.import(bytes), clock)).toBeInstanceOf(StorageTimeoutError);
    expect(counterOf(database)).toBe(0);
    expect(database.status.state).toBe('failing');
    expect(counterOf(await reopened())).toBe(0);
  });
});

describe('a lost connection', () => {
  it('is looked at before an import too', async () => {
    const { database, faulty, clock } = await open();
    const source = await openTestDatabase();
    const bytes = await source.export();
    faulty.onRead = async () => {
      throw new StorageError('not yet');
    };
    faulty.disconnect();
    faulty.lose('disconnected');
    await settle();
    faulty.onRead = (_, next) => next();
    expect(await outcome(database.import(bytes), clock)).toBeUndefined();
    expect(database.status.state).toBe('ready');
  });

  it('is looked at before anything is written, and what waits goes on top of what is found', async () => {
    const { database, faulty, clock, reopened } = await open();
    const other = await reopened();
    await other.run(INCREMENT);
    const reads = faulty.reads;
    faulty.lose('disconnected');
    await outcome(database.run(INCREMENT), clock);
    expect(faulty.reads).toBeGreaterThan(reads);
    expect(counterOf(database)).toBe(2);
    await other.refresh();
    expect(counterOf(other)).toBe(2);
  });

  it('for good, by deletion elsewhere, closes the database and settles what waits', async () => {
    const { database, faulty, clock } = await open();
    faulty.onWrite = () => never();
    const writing = database.run(INCREMENT);
    await settle();
    const settled = Promise.allSettled([writing, database.run(INCREMENT)]);
    faulty.lose('deleted');
    expect(await settled).toMatchObject([{ reason: { name: 'ClosedError' } }, { reason: { name: 'ClosedError' } }]);
    expect(database.status.state).toBe('closed');
    expect(() => counterOf(database)).toThrow(/deleted from another tab/);
    await outcome(database.close(), clock);
  });
});

describe('hints and wake-ups', () => {
  it('that are lost cost time only: a page that comes back to life catches up', async () => {
    const storage = memoryStorage();
    const page = new EventTarget();
    const a = await openTestDatabase(storage, { environment: { openChannel: noChannels } });
    const b = await openTestDatabase(storage, { environment: { openChannel: noChannels, wakeUps: [page] } });
    for (const event of ['visibilitychange', 'pageshow', 'resume']) {
      await a.run(INCREMENT);
      expect(counterOf(b)).not.toBe(counterOf(a));
      page.dispatchEvent(new Event(event));
      await settle();
      expect(counterOf(b)).toBe(counterOf(a));
    }
    await b.close();
    page.dispatchEvent(new Event('pageshow'));
    expect(b.status.state).toBe('closed');
  });
});
