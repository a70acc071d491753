import { describe, expect, it } from 'vitest';
import type { NumberedPage } from '../../src/engine/paged-file.js';
import { ClosedError } from '../../src/errors/database-error.js';
import { CorruptionError, StorageFormatError } from '../../src/errors/storage-error.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Commit } from '../../src/store/commit.js';
import { CommitLog, type StoredImage } from '../../src/store/commit-log.js';
import { engine } from '../engine/open-connection.js';
import { ManualClock } from './fakes.js';

const PAGE = 4096;
let ids = 0;

/** A file of `pageCount` pages whose header says so; each page is filled with `fill`. */
function imageOf(pageCount: number, fill = 1): Uint8Array {
  const image = new Uint8Array(pageCount * PAGE).fill(fill);
  image.set(engine.emptyImage.subarray(0, 100));
  new DataView(image.buffer).setUint32(28, pageCount);
  return image;
}

function headerPage(pageCount: number, fill: number): NumberedPage {
  return [0, imageOf(pageCount, fill).slice(0, PAGE)];
}

function commitOf(seq: number, pages: readonly NumberedPage[]): Commit {
  return { seq, id: `id-${++ids}`, tables: ['t'], schemaVersion: 0, pageSize: PAGE, pages };
}

const filled = (page: number, fill: number): NumberedPage => [page, new Uint8Array(PAGE).fill(fill)];

async function open(storage: Storage = memoryStorage(), image = imageOf(20)): Promise<CommitLog> {
  const log = new CommitLog({ storage, clock: new ManualClock(), newId: () => `store-${++ids}` });
  if (!(await log.load())) await log.create(image);
  return log;
}

async function loaded(log: CommitLog): Promise<StoredImage> {
  const image = await log.load();
  if (!image) throw new Error('nothing is stored');
  return image;
}

/** Base and log together: each page's bytes as a reader sees them. */
async function pagesOf(log: CommitLog): Promise<(number | undefined)[]> {
  const { pages, commits } = await loaded(log);
  const all = [...pages];
  for (const commit of commits) for (const [page, bytes] of commit.pages) all[page] = bytes;
  return all.map((bytes) => bytes.at(-1));
}

async function append(log: CommitLog, ...commits: Commit[]): Promise<void> {
  for (const commit of commits) expect(await log.append(commit, 'relaxed')).toBe(true);
}

describe('the commit log', () => {
  it('begins a store once, however many begin it', async () => {
    const storage = memoryStorage();
    const logs = await Promise.all(Array.from({ length: 3 }, () => open(storage)));
    expect(new Set(logs.map(({ storeId }) => storeId)).size).toBe(1);
  });

  it('lets one of two commits with the same number in', async () => {
    const storage = memoryStorage();
    const [a, b] = [await open(storage), await open(storage)];
    expect(await a.append(commitOf(1, [filled(3, 7)]), 'relaxed')).toBe(true);
    expect(await b.append(commitOf(1, [filled(3, 8)]), 'relaxed')).toBe(false);
    expect((await pagesOf(b))[3]).toBe(7);
  });

  it('gives the tail after a number', async () => {
    const storage = memoryStorage();
    const [a, b] = [await open(storage), await open(storage)];
    await append(a, commitOf(1, [filled(1, 2)]), commitOf(2, [filled(2, 3)]));
    expect(await b.tail(1)).toMatchObject({ commits: [{ seq: 2, tables: ['t'] }] });
    expect(await b.tail(2)).toEqual({ commits: [] });
  });

  it('tells whether a commit of unknown outcome is in the line', async () => {
    const log = await open();
    const [mine, other] = [commitOf(1, [filled(1, 2)]), commitOf(1, [filled(1, 3)])];
    expect(await log.isKept(mine)).toBe(false);
    await append(log, mine);
    expect(await log.isKept(mine)).toBe(true);
    expect(await log.isKept(other)).toBe(false);
  });
});

describe('the checkpoint', () => {
  const large = (seq: number, fill: number) =>
    commitOf(
      seq,
      Array.from({ length: 19 }, (_, n) => filled(n + 1, fill)),
    );

  it('folds all but the newest 64 commits, in steps, and changes nothing that a reader sees', async () => {
    const storage = memoryStorage();
    const log = await open(storage);
    for (let seq = 1; seq <= 120; seq++) await append(log, large(seq, seq));
    const before = await pagesOf(log);
    let steps = 0;
    while (await log.fold()) steps++;
    expect(steps).toBeGreaterThan(1);
    expect(await pagesOf(log)).toEqual(before);
    const { commits } = await loaded(log);
    expect(commits.length).toBeGreaterThanOrEqual(40);
    expect(commits.length).toBeLessThanOrEqual(64);
  });

  it('is not due for a short log', async () => {
    const log = await open();
    for (let seq = 1; seq <= 64; seq++) await append(log, commitOf(seq, [filled(1, seq)]));
    expect(log.isFoldDue).toBe(false);
    expect(await log.fold()).toBe(false);
  });

  it('by two tabs at once happens once', async () => {
    const storage = memoryStorage();
    const a = await open(storage);
    for (let seq = 1; seq <= 120; seq++) await append(a, large(seq, seq));
    const b = await open(storage);
    const before = await pagesOf(a);
    expect((await Promise.all([a.fold(), b.fold()])).filter(Boolean)).toHaveLength(1);
    expect(await pagesOf(b)).toEqual(before);
  });

  it('follows a file that grows and shrinks', async () => {
    const log = await open();
    await append(log, commitOf(1, [headerPage(60, 9), filled(59, 5)]));
    for (let seq = 2; seq <= 400; seq++) await append(log, commitOf(seq, [filled(1, seq % 256)]));
    while (await log.fold());
    expect((await pagesOf(log))[59]).toBe(5);
    expect((await loaded(log)).pages).toHaveLength(60);
    await append(log, commitOf(401, [headerPage(10, 9)]));
    for (let seq = 402; seq <= 800; seq++) await append(log, commitOf(seq, [filled(1, seq % 256)]));
    while (await log.fold());
    expect((await loaded(log)).pages).toHaveLength(10);
    expect((await log.storage.read([{ series: ['base'] }]))[0]).toHaveLength(2);
  });

  it('passes over pages that a later commit of the same step cut off', async () => {
    const log = await open();
    await append(log, commitOf(1, [headerPage(40, 9), filled(39, 5), filled(38, 6)]), commitOf(2, [headerPage(18, 9)]));
    for (let seq = 3; seq <= 400; seq++) await append(log, commitOf(seq, [filled(1, seq % 256)]));
    while (await log.fold());
    expect((await loaded(log)).pages).toHaveLength(18);
    expect((await loaded(log)).commits.length).toBeLessThanOrEqual(256 + 64);
  });

  it('does not fold up to a commit that is missing', async () => {
    const storage = memoryStorage();
    const log = await open(storage);
    for (let seq = 1; seq <= 400; seq++) await append(log, commitOf(seq, [filled(1, seq % 256)]));
    for (let seq = 250; seq <= 400; seq++)
      await storage.write({ durability: 'relaxed', deletes: [{ from: ['log', seq], to: ['log', seq, 9] }] });
    await expect(log.fold()).rejects.toThrow(CorruptionError);
  });

  it('sends a tab that slept to read everything', async () => {
    const storage = memoryStorage();
    const [awake, asleep] = [await open(storage), await open(storage)];
    for (let seq = 1; seq <= 400; seq++) await append(awake, commitOf(seq, [filled(1, seq % 256)]));
    while (await awake.fold());
    expect(await asleep.tail(0)).toEqual({ reload: true });
  });

  it('makes the commit of a tab that slept through it void, for every reader and every later fold', async () => {
    const storage = memoryStorage();
    const [awake, asleep] = [await open(storage), await open(storage)];
    for (let seq = 1; seq <= 400; seq++) await append(awake, commitOf(seq, [filled(1, seq % 256)]));
    while (await awake.fold());
    const before = await pagesOf(awake);
    const late = commitOf(1, [filled(2, 99)]);
    expect(await asleep.append(late, 'relaxed')).toBe(false);
    expect(await asleep.isKept(late)).toBe(false);
    expect(await pagesOf(awake)).toEqual(before);
    for (let seq = 401; seq <= 800; seq++) await append(awake, commitOf(seq, [filled(3, seq % 256)]));
    while (await awake.fold());
    expect((await pagesOf(awake))[2]).toBe(before[2]);
    expect(await storage.read([{ get: ['log', 1, 0] }])).toEqual([undefined]);
  });

  it('does not give a damaged chunk a fresh checksum', async () => {
    const storage = memoryStorage();
    const log = await open(storage);
    for (let seq = 1; seq <= 400; seq++) await append(log, commitOf(seq, [filled(1, seq % 256)]));
    await damage(storage, ['base', 0]);
    await expect(log.fold()).rejects.toThrow(CorruptionError);
    await expect(log.load()).rejects.toThrow(/base 0/);
  });
});

/** Flips a bit in the bytes of a stored record. */
async function damage(storage: Storage, key: (string | number)[]): Promise<void> {
  const [record] = (await storage.read([{ get: key }])) as [{ bytes?: Uint8Array; checksums?: Uint32Array }];
  const bytes = record.bytes ?? record.checksums;
  if (!bytes) throw new Error(`nothing to damage at ${key}`);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await storage.write({ durability: 'relaxed', puts: [{ key, value: record }] });
}

describe('loading', () => {
  it('reports each damaged record by name, and overwrites nothing', async () => {
    const keys = [
      ['base', 0],
      ['base', 1],
      ['base', 2],
      ['log', 1, 0],
      ['log', 2, 0],
    ];
    for (const key of keys) {
      const storage = memoryStorage();
      const log = await open(storage);
      await append(log, commitOf(1, [filled(1, 1)]), commitOf(2, [filled(2, 2)]));
      await damage(storage, key);
      const everything = () => storage.read([{ range: { from: ['a'], to: ['z'] } }]);
      const before = await everything();
      await expect(log.load()).rejects.toMatchObject({ name: 'CorruptionError', damaged: [`${key[0]} ${key[1]}`] });
      expect(await everything()).toEqual(before);
    }
  });

  it('reports a chunk that kept an older value, a missing one, and an index that is gone', async () => {
    const storage = memoryStorage();
    const log = await open(storage);
    const [older] = await storage.read([{ get: ['base', 0] }]);
    for (let seq = 1; seq <= 400; seq++) await append(log, commitOf(seq, [filled(1, seq % 255)]));
    while (await log.fold());
    const [newer] = await storage.read([{ get: ['base', 0] }]);
    await storage.write({ durability: 'relaxed', puts: [{ key: ['base', 0], value: older }] });
    await expect(log.load()).rejects.toMatchObject({ damaged: ['base 0'] });
    await storage.write({
      durability: 'relaxed',
      deletes: [{ from: ['base', 1], to: ['base', 1] }],
      puts: [{ key: ['base', 0], value: newer }],
    });
    await expect(log.load()).rejects.toMatchObject({ damaged: ['base 1'] });
    await storage.write({ durability: 'relaxed', deletes: [{ from: ['index', 0], to: ['index', 9] }] });
    await expect(log.load()).rejects.toMatchObject({ damaged: ['base 0', 'base 1', 'base 2'] });
  });

  it('refuses a store without its meta record, of a newer format, or with a broken one', async () => {
    const put = async (value: unknown) => {
      const storage = memoryStorage();
      await open(storage);
      await storage.write({
        durability: 'relaxed',
        deletes: [{ from: ['meta'], to: ['meta'] }],
        puts: value === undefined ? [] : [{ key: ['meta'], value }],
      });
      return open(storage);
    };
    await expect(put(undefined)).rejects.toMatchObject({ name: 'CorruptionError', damaged: ['meta'] });
    await expect(put({ format: 2 })).rejects.toThrow(StorageFormatError);
    for (const value of [{}, 5, { format: 1, storeId: 's', pageSize: 4096, checkpointSeq: -1, pageCount: 1 }])
      await expect(put(value)).rejects.toThrow(CorruptionError);
  });
});

describe('replacing', () => {
  it('puts another file in place, of another page size too, as the next commit', async () => {
    const storage = memoryStorage();
    const [a, b] = [await open(storage), await open(storage)];
    await append(a, commitOf(1, [filled(1, 1)]));
    const small = new Uint8Array(1024);
    small.set(engine.emptyImage.subarray(0, 512));
    const view = new DataView(small.buffer);
    view.setUint16(16, 512);
    view.setUint32(28, 2);
    expect(await a.replace(small, { ...commitOf(2, []), pageSize: 512 })).toBe(true);
    expect(await b.tail(1)).toEqual({ reload: true });
    expect(await b.load()).toMatchObject({ pageSize: 512, seq: 2, commits: [] });
    expect((await loaded(b)).pages.map(({ length }) => length)).toEqual([512, 512]);
  });

  it('loses to a commit that was first, and a commit loses to it', async () => {
    const storage = memoryStorage();
    const [a, b] = [await open(storage), await open(storage)];
    await append(b, commitOf(1, [filled(1, 42)]));
    expect(await a.replace(imageOf(2, 5), commitOf(1, []))).toBe(false);
    expect((await pagesOf(a))[1]).toBe(42);
    expect(await a.replace(imageOf(2, 5), commitOf(2, []))).toBe(true);
    expect(await b.append(commitOf(2, [filled(1, 43)]), 'relaxed')).toBe(false);
    expect((await pagesOf(b)).slice(1)).toEqual([5]);
  });

  it('is refused in a store that was deleted and made anew', async () => {
    const storage = memoryStorage();
    const log = await open(storage);
    await storage.destroy();
    await expect(log.tail(0)).rejects.toThrow(ClosedError);
    await open(storage);
    await expect(log.replace(imageOf(2), commitOf(1, []))).rejects.toThrow(ClosedError);
    await expect(log.tail(0)).rejects.toThrow(/made anew/);
  });
});
