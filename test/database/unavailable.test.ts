import { describe, expect, it } from 'vitest';
import { EngineError, memoryStorage, type OpenOptions, openDatabase, StorageTimeoutError, UnknownOutcomeError } from '../../src/index.js';
import { indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, ManualClock, never, noChannels } from '../store/fakes.js';
import { counterChain, counterOf, INCREMENT, openTestDatabase, uniqueName } from './open-test-database.js';
import { outcome, rejection } from './outcome.js';
import { counterFile, everythingIn } from './sqlite-file.js';

/** What opening IndexedDB throws where there is none: at once, or through the promise. */
const UNAVAILABLE: readonly [string, () => never | Promise<never>][] = [
  [
    'indexedDB does not exist',
    () => {
      throw new ReferenceError('indexedDB is not defined');
    },
  ],
  [
    'looking at it is forbidden',
    () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  ],
  ['opening it is forbidden', () => Promise.reject(new DOMException('The user denied permission.', 'SecurityError'))],
];

describe.each(UNAVAILABLE)('where %s', (_, fail) => {
  const unavailable = () => indexedDbStorage(uniqueName('unavailable'), { createStore: () => fail });

  it('opening says so', async () => {
    const error = await rejection(openTestDatabase(unavailable()));
    expect(error).toMatchObject({ name: 'StorageUnavailableError', code: 'STORAGE_UNAVAILABLE' });
    expect((error as Error).message).toMatchInlineSnapshot(
      `"There is no IndexedDB here: cookies are blocked, or this is a private mode without storage, or Node. Allow storage for this site, open with persistence: 'memory-if-unavailable', or pass a storage: memoryStorage(), or fileStorage(folder) in Node."`,
    );
  });

  it('the database is kept in memory where that is asked for, and says so', async () => {
    const database = await openTestDatabase(unavailable(), { persistence: 'memory-if-unavailable' });
    await database.run(INCREMENT);
    expect(counterOf(database)).toBe(1);
    expect(database.status).toMatchObject({ state: 'ready', persistence: 'memory' });
    await database.close();
  });
});

describe('memory in place of IndexedDB', () => {
  it('is no answer to a storage that merely fails', async () => {
    const storage = indexedDbStorage(uniqueName('failing'), {
      createStore: () => () => Promise.reject(new DOMException('Internal error opening backing store', 'UnknownError')),
    });
    const error = await rejection(openTestDatabase(storage, { persistence: 'memory-if-unavailable' }));
    expect(error).toMatchObject({ name: 'StorageError', code: 'STORAGE_FAILED' });
    expect((error as Error).message).toMatchInlineSnapshot(`"IndexedDB failed while opening (UnknownError). Nothing was written."`);
  });
});

describe('a storage that never answers', () => {
  async function open() {
    const inner = memoryStorage();
    await openTestDatabase(inner);
    const faulty = new FaultyStorage(inner);
    const clock = new ManualClock();
    const options = { environment: { clock, openChannel: noChannels } };
    const silence = () => {
      faulty.onRead = () => never();
      faulty.onWrite = () => never();
    };
    return { faulty, clock, options, silence };
  }

  it('is given up within 10 s while opening', async () => {
    const { faulty, clock, options, silence } = await open();
    silence();
    const began = clock.now();
    const error = await outcome(openTestDatabase(faulty, options), clock);
    expect(error).toBeInstanceOf(StorageTimeoutError);
    expect((error as Error).message).toMatchInlineSnapshot(
      `"The storage gave no sign of life for 10 s (while opening). Check for a full disk, then try again."`,
    );
    expect(clock.now() - began).toBeLessThanOrEqual(10_000);
  });

  it('is given up within 10 s by a refresh', async () => {
    const { faulty, clock, options, silence } = await open();
    const database = await openTestDatabase(faulty, options);
    silence();
    const began = clock.now();
    expect(await outcome(database.refresh(), clock)).toBeInstanceOf(StorageTimeoutError);
    expect(clock.now() - began).toBeLessThanOrEqual(10_000);
    expect(counterOf(database)).toBe(0);
  });

  it('is given up by a write, a vacuum and an import after 10 s more, in which it is asked what became of them', async () => {
    const { faulty, clock, options, silence } = await open();
    const database = await openTestDatabase(faulty, options);
    await outcome(
      database.write((tx) => [tx.run('CREATE TABLE gone AS SELECT zeroblob(20000) AS body'), tx.run('DROP TABLE gone')]),
      clock,
    );
    const image = await outcome(database.export(), clock);
    for (const call of [() => database.run(INCREMENT), () => database.vacuum(), () => database.import(counterFile(5))]) {
      silence();
      const began = clock.now();
      const error = await outcome(call(), clock);
      expect(error).toBeInstanceOf(UnknownOutcomeError);
      expect((error as Error).message).toMatch(/^Commit 3 was sent, its end was not seen, and the storage cannot be asked/);
      expect(clock.now() - began).toBeLessThanOrEqual(20_000);
      faulty.onRead = (_, next) => next();
      faulty.onWrite = (_, next) => next();
      await outcome(database.refresh(), clock);
    }
    expect(await outcome(database.export(), clock)).toEqual(image);
  });

  it('lets an export and a close go on', async () => {
    const { faulty, clock, options, silence } = await open();
    const database = await openTestDatabase(faulty, options);
    silence();
    const writing = outcome(database.run(INCREMENT), clock);
    const closing = outcome(database.close(), clock);
    expect(await writing).toBeInstanceOf(UnknownOutcomeError);
    await closing;
    expect(database.status.state).toBe('closed');
  });
});

describe('options', () => {
  const bad: readonly Record<string, unknown>[] = [
    { name: '' },
    { name: 5 },
    { name: 'a\0b' },
    { durability: 'Strict' },
    { onNewer: 'ignore' },
    { onDataLoss: true },
    { persistence: 'memory' },
  ];

  it.each(bad)('that cannot be used are refused: %j', async (option) => {
    const storage = memoryStorage();
    const options = { name: 'options', storage, migrations: counterChain, ...option } as unknown as OpenOptions;
    expect(await rejection(openDatabase(options))).toMatchObject({ name: 'UsageError', code: 'USAGE' });
    expect(await everythingIn(storage)).toEqual([]);
  });

  it('are refused with what they may be', async () => {
    const messageOf = async (option: Record<string, unknown>) =>
      ((await rejection(openDatabase({ name: 'x', storage: memoryStorage(), ...option } as OpenOptions))) as Error).message;
    expect(await messageOf({ name: '' })).toMatchInlineSnapshot(`"name is to be a text of at least one character: it names the database."`);
    expect(await messageOf({ durability: 'Strict' })).toMatchInlineSnapshot(`"durability is to be one of 'relaxed', 'strict'."`);
  });
});

describe('sql.js', () => {
  it('that cannot be loaded is reported, and opening again retries', async () => {
    const storage = new FaultyStorage(memoryStorage());
    let loads = 0;
    const loadEngine = async () => {
      loads++;
      if (loads === 1) throw new EngineError('ENGINE_LOAD', 'sql.js could not be loaded');
      return engine;
    };
    const open = () => openTestDatabase(storage, { environment: { loadEngine } });
    expect(await rejection(open())).toMatchObject({ name: 'EngineError', code: 'ENGINE_LOAD' });
    expect(storage.batches).toEqual([]);
    const database = await open();
    expect(counterOf(database)).toBe(0);
    expect(loads).toBe(2);
  });

  it('and the storage both missing are reported once, the storage first', async () => {
    const loadEngine = () => Promise.reject(new EngineError('ENGINE_LOAD', 'no engine'));
    const storage = new FaultyStorage(memoryStorage());
    storage.onRead = () => Promise.reject(new ReferenceError('no storage'));
    expect(await rejection(openTestDatabase(storage, { environment: { loadEngine } }))).toMatchObject({ message: 'no storage' });
  });
});
