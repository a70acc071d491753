import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Database,
  deleteDatabase,
  type MirrorPlace,
  type OpenOptions,
  openDatabase,
  StorageError,
  StorageUnavailableError,
  salvage,
} from '../../src/index.js';
import { indexedDbName, indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { META_KEY, type StorageEntry } from '../../src/storage/storage.js';
import { FaultyStorage, fakeChannels, ManualClock, never, noChannels, settle } from '../store/fakes.js';
import { ImageStorage } from '../store/image-storage.js';
import { counterChain, counterOf, INCREMENT, uniqueName } from './open-test-database.js';
import { latch, outcome, rejection } from './outcome.js';

let name: string;
let items: Map<string, string>;
/** What the mirror's place holds, whoever has it open. */
let copy: ImageStorage;
let places: FaultyStorage[];

beforeEach(() => {
  name = uniqueName('mirror');
  items = new Map();
  copy = new ImageStorage();
  places = [];
});

afterEach(() => deleteDatabase(name, { environment: { openMirrorPlace } }));

const witnessStorage = {
  getItem: (key: string) => items.get(key),
  setItem: (key: string, text: string) => void items.set(key, text),
  removeItem: (key: string) => void items.delete(key),
};

function openMirrorPlace(): MirrorPlace {
  const place = new FaultyStorage(copy);
  places.push(place);
  return { kind: 'bucket', storage: place };
}

function open(options: Partial<OpenOptions> = {}): Promise<Database> {
  const environment = { witnessStorage, openMirrorPlace, openChannel: noChannels, ...options.environment };
  return openDatabase({ name, migrations: counterChain, ...options, environment });
}

/** A database that has nothing to apply when it opens, for which it would ask the clock. */
async function reopened(options: Partial<OpenOptions>): Promise<Database> {
  await (await open()).close();
  return open(options);
}

/** What Chromium does to an origin whose IndexedDB it cannot read: everything goes. */
function vanish(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(indexedDbName(name));
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** A database with that many increments in it, all of them mirrored. */
async function mirrored(increments: number): Promise<Database> {
  const database = await open();
  for (let n = 0; n < increments; n++) await database.run(INCREMENT);
  await database.flush({ mirror: true });
  return database;
}

describe('the mirror', () => {
  it('has every commit after an idle second, and says so', async () => {
    const clock = new ManualClock(settle);
    const database = await reopened({ environment: { clock } });
    expect(database.status.mirror).toEqual({ place: 'bucket', seq: undefined, behind: undefined, error: undefined });
    await clock.advance(200);
    expect(database.status.mirror).toMatchObject({ seq: 1, behind: 0 });
    await database.run(INCREMENT);
    expect(database.status.mirror).toMatchObject({ seq: 1, behind: 1 });
    await database.run(INCREMENT);
    expect(database.status.mirror).toMatchObject({ seq: 1, behind: 2 });
    await clock.advance(1000);
    expect(database.status.mirror).toMatchObject({ seq: 3, behind: 0 });
    await database.close();
  });

  it('does not wait for ever while commits go on', async () => {
    const clock = new ManualClock(settle);
    const database = await reopened({ environment: { clock } });
    await clock.advance(200);
    for (let n = 0; n < 20; n++) {
      await database.run(INCREMENT);
      await clock.advance(50);
    }
    expect(database.status.mirror.seq).toBeGreaterThan(5);
    await database.close();
  });

  it('is brought forward by another tab when the one that committed is gone', async () => {
    const clock = new ManualClock(settle);
    const openChannel = fakeChannels();
    const other = await reopened({ environment: { clock, openChannel } });
    await clock.advance(200);
    const database = await open({ environment: { openChannel } });
    const gone = places.at(-1);
    if (gone) gone.onRead = () => never();
    await database.run(INCREMENT);
    await clock.advance(500);
    expect(other.status.mirror).toMatchObject({ seq: 1, behind: 1 });
    await clock.advance(1000);
    expect(other.status.mirror).toMatchObject({ seq: 2, behind: 0 });
    await other.close();
  });

  it('is left out where it is not wanted', async () => {
    const database = await open({ mirror: false });
    await database.run(INCREMENT);
    await database.flush({ mirror: true });
    expect(database.status.mirror.place).toBe('off');
    expect(copy.entries).toEqual([]);
    await database.close();
  });

  it('is gone with the database that is deleted: the next open is a first run', async () => {
    await (await mirrored(2)).close();
    await deleteDatabase(name, { environment: { witnessStorage, openMirrorPlace } });
    expect(copy.entries).toEqual([]);
    const database = await open();
    expect(counterOf(database)).toBe(0);
    expect(database.status).toMatchObject({ restored: undefined, dataLoss: undefined });
    await database.close();
  });
});

describe('a mirror that fails', () => {
  it('holds no commit up, is tried again, and says why meanwhile', async () => {
    const clock = new ManualClock(settle);
    const database = await reopened({ environment: { clock } });
    await clock.advance(200);
    const place = places.at(-1) as FaultyStorage;
    place.onWrite = async () => {
      throw new StorageError('no room');
    };
    await database.run(INCREMENT);
    await clock.advance(200);
    expect(database.status).toMatchObject({ state: 'ready', mirror: { seq: 1, behind: 1, error: { message: 'no room' } } });
    await expect(database.flush({ mirror: true })).rejects.toThrow('no room');
    expect(counterOf(database)).toBe(1);
    place.onWrite = (_, next) => next();
    await clock.advance(5000);
    expect(database.status.mirror).toEqual({ place: 'bucket', seq: 2, behind: 0, error: undefined });
    await database.close();
  });

  it('does not hang with its place', async () => {
    const clock = new ManualClock(settle);
    const database = await reopened({ environment: { clock } });
    const place = places.at(-1) as FaultyStorage;
    place.onRead = () => never();
    await database.run(INCREMENT);
    expect(await outcome(database.flush({ mirror: true }), clock)).toMatchObject({ name: 'StorageTimeoutError' });
    expect(await outcome(database.close(), clock)).toBeUndefined();
  });

  it('is left untouched where a newer Tablite made it', async () => {
    const newer: StorageEntry[] = [{ key: META_KEY, value: { format: 99 } }];
    await (await open()).close();
    copy.entries = newer;
    const database = await open();
    await database.run(INCREMENT);
    await expect(database.flush({ mirror: true })).rejects.toMatchObject({ name: 'StorageFormatError' });
    expect(copy.entries).toEqual(newer);
    await database.close();
    await vanish();
    items.clear();
    expect(await rejection(open())).toMatchObject({ name: 'DataLossError', cause: { name: 'StorageFormatError' } });
    expect(copy.entries).toEqual(newer);
  });
});

describe('a database whose IndexedDB has vanished', () => {
  it('is brought back from its mirror, says up to which commit, and goes on', async () => {
    await (await mirrored(5)).close();
    await vanish();
    const database = await open();
    expect(database.status).toMatchObject({ state: 'ready', dataLoss: undefined, restored: { from: 'mirror', seq: 6, knownSeq: 6 } });
    expect(counterOf(database)).toBe(5);
    expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    await database.run(INCREMENT);
    await database.flush({ mirror: true });
    await database.close();
    const again = await open();
    expect(again.status).toMatchObject({ restored: undefined, dataLoss: undefined, seq: 7 });
    expect(counterOf(again)).toBe(6);
    await again.close();
    await vanish();
    const second = await open();
    expect(second.status.restored).toMatchObject({ seq: 7 });
    expect(counterOf(second)).toBe(6);
    await second.close();
  });

  it('says which commits the mirror did not have', async () => {
    const database = await mirrored(1);
    const before = copy.entries;
    await database.run(INCREMENT);
    await database.run(INCREMENT);
    await database.close();
    copy.entries = before;
    await vanish();
    const restored = await open();
    expect(restored.status.restored).toEqual({ from: 'mirror', seq: 2, knownSeq: 4 });
    expect(counterOf(restored)).toBe(1);
    await restored.close();
  });

  it('is one database for two tabs that open it at once', async () => {
    await (await mirrored(3)).close();
    await vanish();
    const [a, b] = await Promise.all([open(), open()]);
    await a.run(INCREMENT);
    await b.refresh();
    expect(counterOf(b)).toBe(4);
    await b.run(INCREMENT);
    await a.refresh();
    expect(counterOf(a)).toBe(5);
    await Promise.all([a.close(), b.close()]);
  });

  it('is brought back for who still has the vanished one open, too: that one closes', async () => {
    const before = await mirrored(3);
    await vanish();
    const database = await open();
    expect(counterOf(database)).toBe(3);
    await settle();
    expect(before.status).toMatchObject({ state: 'closed', error: { name: 'ClosedError' } });
    await expect(before.run(INCREMENT)).rejects.toMatchObject({ name: 'ClosedError' });
    await database.refresh();
    expect(counterOf(database)).toBe(3);
    await Promise.all([before.close(), database.close()]);
  });

  it('is brought back without a witness', async () => {
    await (await mirrored(2)).close();
    await vanish();
    items.clear();
    const database = await open();
    expect(database.status.restored).toEqual({ from: 'mirror', seq: 3, knownSeq: 3 });
    await database.close();
  });

  it('is no loss to a witness that remembers the one before', async () => {
    await (await mirrored(2)).close();
    const remembered = new Map(items);
    await vanish();
    await (await open()).close();
    items = remembered;
    const database = await open();
    expect(database.status).toMatchObject({ state: 'ready', dataLoss: undefined });
    await database.close();
  });

  it.each([
    ['lacks a chunk', (entries: readonly StorageEntry[]) => entries.filter(({ key }) => key[0] !== 'base')],
    ['lost its meta record', (entries: readonly StorageEntry[]) => entries.filter(({ key }) => key[0] !== 'meta')],
    ['was changed by a bit', (entries: readonly StorageEntry[]) => flipped(entries)],
  ])('is not brought back from a mirror that %s: the loss is reported, and why', async (_, damage) => {
    await (await mirrored(2)).close();
    copy.entries = damage(copy.entries);
    await vanish();
    expect(await rejection(open())).toMatchObject({ name: 'DataLossError', seq: 3, cause: { name: 'CorruptionError' } });
    items.clear();
    expect(await rejection(open())).toMatchObject({ name: 'DataLossError', cause: { name: 'CorruptionError' } });
    const begun = await open({ onDataLoss: 'restart' });
    expect(counterOf(begun)).toBe(0);
    await begun.close();
  });

  it('is not brought back from the mirror of another store', async () => {
    await (await mirrored(2)).close();
    const others = copy.entries;
    await deleteDatabase(name, { environment: { witnessStorage, openMirrorPlace } });
    await (await mirrored(1)).close();
    await vanish();
    copy.entries = others;
    expect(await rejection(open())).toMatchObject({ name: 'DataLossError', seq: 2 });
    expect(copy.entries).toEqual(others);
  });
});

describe('a deletion', () => {
  it('is not undone by a tab that opens in the middle of it', async () => {
    await (await mirrored(3)).close();
    const gate = latch();
    const deleting = deleteDatabase(name, {
      environment: {
        witnessStorage,
        openMirrorPlace: () => {
          const place = new FaultyStorage(copy);
          return { kind: 'bucket', storage: Object.assign(place, { destroy: () => gate.wait.then(() => copy.destroy()) }) };
        },
      },
    });
    await settle();
    const database = await open();
    expect(counterOf(database)).toBe(0);
    expect(database.status).toMatchObject({ restored: undefined, dataLoss: undefined });
    gate.open();
    await deleting;
    await database.run(INCREMENT);
    await database.flush({ mirror: true });
    await database.close();
    expect(counterOf(await open())).toBe(1);
  });

  it('whose page died before the mirror went is a deletion all the same', async () => {
    await (await mirrored(3)).close();
    const dying = deleteDatabase(name, {
      environment: {
        witnessStorage,
        openMirrorPlace: () => ({ kind: 'bucket', storage: Object.assign(new FaultyStorage(copy), { destroy: () => never<void>() }) }),
        clock: new ManualClock(settle),
      },
    });
    dying.catch(() => undefined);
    await settle();
    const database = await open();
    expect(database.status).toMatchObject({ restored: undefined, dataLoss: undefined });
    expect(counterOf(database)).toBe(0);
    await database.flush({ mirror: true });
    expect(database.status.mirror).toMatchObject({ behind: 0, error: undefined });
    await database.close();
  });

  it('does not fail where there may be no mirror', async () => {
    const forbidden = () => Promise.reject(new StorageUnavailableError('forbidden'));
    const nowhere = () => ({
      kind: 'opfs' as const,
      storage: Object.assign(new FaultyStorage(copy), { read: forbidden, destroy: forbidden }),
    });
    const database = await open({ environment: { openMirrorPlace: nowhere } });
    await database.run(INCREMENT);
    await database.flush({ mirror: true }).catch((cause: unknown) => expect(cause).toBeInstanceOf(StorageUnavailableError));
    expect(database.status.mirror).toEqual({ place: 'none', seq: undefined, behind: undefined, error: undefined });
    await database.close();
    await deleteDatabase(name, { environment: { witnessStorage, openMirrorPlace: nowhere } });
    expect(items.size).toBe(0);
  });
});

describe('a mirror that nobody has given up', () => {
  it('is not overwritten after a first run that could not read it', async () => {
    await (await mirrored(5)).close();
    const before = copy.entries;
    await vanish();
    items.clear();
    const busy = () => {
      const place = new FaultyStorage(copy);
      let failures = 2;
      place.onRead = async (_, next) => {
        if (failures-- > 0) throw new StorageError('busy');
        return next();
      };
      return { kind: 'bucket' as const, storage: place };
    };
    const database = await open({ environment: { openMirrorPlace: busy } });
    await expect(database.flush({ mirror: true })).rejects.toMatchObject({ name: 'StorageFormatError' });
    expect(copy.entries).toEqual(before);
    const { file, from } = await salvage(name, { environment: { witnessStorage, openMirrorPlace }, from: 'mirror' });
    expect([from, file.length > 0]).toEqual(['mirror', true]);
    await database.close();
    const begun = await open({ onDataLoss: 'restart' });
    await begun.flush({ mirror: true });
    expect(begun.status.mirror).toMatchObject({ behind: 0, error: undefined });
    await begun.close();
  });

  it('is not said to have been restored where another tab has begun anew meanwhile', async () => {
    await (await mirrored(5)).close();
    await vanish();
    const gate = latch();
    const late = () => {
      const place = new FaultyStorage(copy);
      place.onRead = async (_, next) => {
        const answer = await next();
        await gate.wait;
        return answer;
      };
      return { kind: 'bucket' as const, storage: place };
    };
    const opening = rejection(open({ environment: { openMirrorPlace: late } }));
    await settle();
    await settle();
    const begun = await open({ mirror: false, onDataLoss: 'restart' });
    items.set([...items.keys()][0] ?? '', `6 ${'another'} 0`);
    gate.open();
    expect(await opening).toMatchObject({ name: 'DataLossError' });
    await begun.close();
  });
});

describe('the mirror of a store that is not there any more', () => {
  it('connects to nothing by itself: a write of the old tab never lands in a new database', async () => {
    const clock = new ManualClock(settle);
    await (await open()).close();
    const storage = new FaultyStorage(indexedDbStorage(name));
    const stale = await open({ storage, environment: { clock } });
    await clock.advance(200);
    await stale.run(INCREMENT);
    storage.onRead = async () => {
      throw new StorageError('busy');
    };
    await rejection(stale.refresh());
    storage.onRead = (_, next) => next();
    await deleteDatabase(name, { environment: { witnessStorage, openMirrorPlace } });
    const anew = await open();
    await anew.run(INCREMENT);
    await clock.advance(2000);
    expect(await rejection(stale.run(INCREMENT))).toMatchObject({ name: 'ClosedError' });
    await anew.refresh();
    expect(anew.status.seq).toBe(2);
    expect(counterOf(anew)).toBe(1);
    await Promise.all([stale.close(), anew.close()]);
  });
});

describe('a mirror beside a database that is there', () => {
  it('is not preferred, however old or new', async () => {
    const first = await mirrored(1);
    const older = copy.entries;
    await first.run(INCREMENT);
    await first.close();
    copy.entries = older;
    const database = await open();
    expect(counterOf(database)).toBe(2);
    expect(database.status.restored).toBeUndefined();
    await database.flush({ mirror: true });
    await database.close();
    await vanish();
    expect(counterOf(await open())).toBe(2);
  });
});

describe('a witness that knows of later commits than are stored', () => {
  it('tells that the last ones were lost, and the database opens all the same', async () => {
    await (await mirrored(2)).close();
    for (const [key, text] of items) items.set(key, text.replace(/^3 /, '5 '));
    const database = await open();
    expect(counterOf(database)).toBe(2);
    expect(database.status).toMatchObject({ state: 'ready', dataLoss: { name: 'DataLossError', seq: 5, foundSeq: 3 } });
    await database.close();
    expect((await open()).status.dataLoss).toBeUndefined();
  });
});

function flipped(entries: readonly StorageEntry[]): StorageEntry[] {
  return entries.map((entry) => {
    const bytes = (entry.value as { bytes?: Uint8Array }).bytes;
    if (bytes) bytes[200] = (bytes[200] ?? 0) ^ 1;
    return entry;
  });
}
