import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, DataLossError, deleteDatabase, type OpenOptions, openDatabase } from '../../src/index.js';
import { indexedDbName, indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import type { Environment } from '../../src/store/environment.js';
import { FaultyStorage, ManualClock, noChannels, settle } from '../store/fakes.js';
import { counterChain, counterOf, INCREMENT, uniqueName } from './open-test-database.js';
import { latch, outcome, rejection } from './outcome.js';

/** A localStorage that a test can look into, fill, and take away. */
class FakeLocalStorage implements NonNullable<Environment['witnessStorage']> {
  readonly items = new Map<string, string>();
  isFull = false;

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  get testimony(): string | undefined {
    return [...this.items.values()][0];
  }
}

let name: string;
let witnessStorage: FakeLocalStorage;

beforeEach(() => {
  name = uniqueName('loss');
  witnessStorage = new FakeLocalStorage();
});

afterEach(() => deleteDatabase(name));

function open(options: Partial<OpenOptions> = {}): Promise<Database> {
  const environment = { witnessStorage, openChannel: noChannels, ...options.environment };
  return openDatabase({ name, migrations: counterChain, mirror: false, ...options, environment });
}

/** What a browser does that clears the storage, and a user who clears the site's data in part. */
function vanish(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(indexedDbName(name));
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

async function lose(): Promise<void> {
  const database = await open();
  await database.run(INCREMENT);
  await database.run(INCREMENT);
  await database.close();
  await vanish();
}

describe('a database whose storage has vanished', () => {
  it('is not mistaken for a first run', async () => {
    await lose();
    const before = witnessStorage.testimony;
    const error = await rejection(open());
    expect(error).toBeInstanceOf(DataLossError);
    expect(error).toMatchObject({ code: 'DATA_LOSS', seq: 3 });
    expect((error as Error).message.replace(name, 'notes').replace(/20\d\d-[^)]*/, 'a time')).toMatchInlineSnapshot(
      `"Database "notes" was here up to commit 3 (a time), and its storage is gone. Open with onDataLoss: 'restart' to begin an empty one, then import a backup."`,
    );
    expect(await rejection(open())).toBeInstanceOf(DataLossError);
    expect(witnessStorage.testimony).toBe(before);
  });

  it('is begun anew where that is asked for, and says so', async () => {
    await lose();
    const database = await open({ onDataLoss: 'restart' });
    expect(counterOf(database)).toBe(0);
    expect(database.status).toMatchObject({ state: 'ready', dataLoss: { name: 'DataLossError', seq: 3 } });
    await database.run(INCREMENT);
    await database.close();
    const reopened = await open();
    expect(reopened.status.dataLoss).toBeUndefined();
    expect(counterOf(reopened)).toBe(1);
    await reopened.close();
  });

  it('and was begun anew elsewhere, by code that knows no witness, is reported too', async () => {
    await lose();
    const other = await open({ environment: { witnessStorage: undefined } });
    await other.close();
    expect(await rejection(open())).toMatchObject({ name: 'DataLossError', seq: 3 });
    const database = await open({ onDataLoss: 'restart' });
    expect(database.status.dataLoss).toBeInstanceOf(DataLossError);
    await database.close();
    await (await open()).close();
  });

  it('cannot be told from a new one where there is no localStorage', async () => {
    await lose();
    const database = await open({ environment: { witnessStorage: undefined } });
    expect(counterOf(database)).toBe(0);
    expect(database.status.dataLoss).toBeUndefined();
    await database.close();
  });
});

describe('a first run', () => {
  it('comes after a deletion on purpose', async () => {
    const database = await open();
    await database.run(INCREMENT);
    await database.close();
    await deleteDatabase(name, { environment: { witnessStorage } });
    expect(witnessStorage.testimony).toBeUndefined();
    const again = await open();
    expect(counterOf(again)).toBe(0);
    expect(again.status.dataLoss).toBeUndefined();
    await again.close();
  });

  it('of two tabs at once is no loss to the one that comes second', async () => {
    const gate = latch();
    const slow = new FaultyStorage(indexedDbStorage(name));
    slow.onRead = async (_, next) => {
      const answer = await next();
      await gate.wait;
      return answer;
    };
    const second = open({ storage: slow });
    await settle();
    const first = await open();
    gate.open();
    expect((await second).status).toMatchObject({ state: 'ready', dataLoss: undefined });
    await Promise.all([first.close(), (await second).close()]);
  });
});

describe('the witness', () => {
  it('knows the commits that were made before closing', async () => {
    const database = await open();
    const before = witnessStorage.testimony;
    await database.run(INCREMENT);
    await database.run(INCREMENT);
    await database.close();
    const [seq, storeId] = witnessStorage.testimony?.split(' ') ?? [];
    expect(before?.split(' ')).toEqual(['1', storeId, expect.stringMatching(/^\d+$/)]);
    expect(seq).toBe('3');
  });

  it('may have no room: everything works without it', async () => {
    witnessStorage.isFull = true;
    const database = await open();
    await database.run(INCREMENT);
    await database.close();
    const reopened = await open();
    expect(counterOf(reopened)).toBe(1);
    await reopened.close();
    expect(witnessStorage.testimony).toBeUndefined();
  });

  it('that cannot be read back is none', async () => {
    await (await open()).close();
    for (const [key] of witnessStorage.items) witnessStorage.items.set(key, 'something else entirely');
    const database = await open();
    expect(database.status.state).toBe('ready');
    await database.close();
  });

  it('is not written again by a tab whose database was deleted', async () => {
    const database = await open();
    await database.run(INCREMENT);
    await deleteDatabase(name, { environment: { witnessStorage } });
    await settle();
    expect(database.status).toMatchObject({ state: 'closed', error: { name: 'ClosedError' } });
    await database.close();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(witnessStorage.testimony).toBeUndefined();
  });

  it('stands where the storage vanished under an open database', async () => {
    const database = await open();
    await database.run(INCREMENT);
    await vanish();
    await settle();
    await database.close();
    expect(witnessStorage.testimony?.split(' ')[0]).toBe('1');
    expect(await rejection(open())).toBeInstanceOf(DataLossError);
  });
});

describe('a deletion that another connection holds up', () => {
  it('is reported as blocked, and is a deletion all the same once it is let go: the next open is a first run', async () => {
    const name = uniqueName('held');
    await (await openDatabase({ name, migrations: counterChain })).close();
    const holder = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(`tablite:${name}`);
      request.onsuccess = () => resolve(request.result);
    });
    const clock = new ManualClock(settle);
    const deleting = outcome(deleteDatabase(name, { environment: { clock } }), clock);
    expect(await deleting).toMatchObject({ name: 'StorageTimeoutError' });
    holder.close();
    await settle();
    const again = await openDatabase({ name, migrations: counterChain });
    expect(again.status.dataLoss).toBeUndefined();
    await again.close();
    await deleteDatabase(name);
  });
});
