import { expect, it } from 'vitest';
import type { Storage, StorageEntry, WriteBatch } from '../../src/storage/storage.js';

const META = ['meta'];
const all = { range: { from: ['a'], to: ['z', Number.POSITIVE_INFINITY] } };

/** A storage whose data others may share: `reopened` is a second one over the same data. */
export interface StorageFixture {
  storage: Storage;
  reopened: () => Storage;
}

/** What every storage keeps to. `many` values are written at once. */
export function testStorage(make: () => Promise<StorageFixture> | StorageFixture, many: number = 150): void {
  const open = async () => {
    const fixture = await make();
    await fixture.storage.read([{ get: META }]);
    const write = (batch: Partial<WriteBatch>) => fixture.storage.write({ durability: 'relaxed', ...batch });
    return { ...fixture, write };
  };
  const entry = (key: StorageEntry['key'], value: unknown): StorageEntry => ({ key, value });

  it('is empty at first', async () => {
    const { storage } = await open();
    expect(await storage.read([{ get: META }, all, { series: ['base'] }])).toEqual([undefined, [], []]);
    await storage.close();
  });

  it('gives values back as they were put, to itself and to others', async () => {
    const { storage, reopened, write } = await open();
    const value = { text: 'ü\0\ufeff', bytes: new Uint8Array([0, 255]), n: -1.5, none: null, list: [1, [2]] };
    await write({ puts: [entry(['a', 1], value)] });
    expect(await storage.read([{ get: ['a', 1] }])).toEqual([value]);
    const other = reopened();
    expect(await other.read([{ get: ['a', 1] }])).toEqual([value]);
    await Promise.all([storage.close(), other.close()]);
  });

  it('keeps a value as it was when it was sent', async () => {
    const { storage, write } = await open();
    const bytes = new Uint8Array([1]);
    const writing = write({ puts: [entry(['a'], { bytes })] });
    await writing;
    bytes[0] = 2;
    expect(await storage.read([{ get: ['a'] }])).toEqual([{ bytes: new Uint8Array([1]) }]);
    await storage.close();
  });

  it('reads ranges in key order, both ends included', async () => {
    const { storage, write } = await open();
    const keys = [['log', 10, 0], ['log', 2, 0], ['log', 2, 1], ['log', 9, 0], ['base', 1], ['meta']];
    await write({ puts: keys.map((key) => entry(key, key)) });
    const [log, some] = await storage.read([
      { range: { from: ['log', 0], to: ['log', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] } },
      { range: { from: ['log', 2, 1], to: ['log', 9, 0] } },
    ]);
    expect(log).toEqual([
      ['log', 2, 0],
      ['log', 2, 1],
      ['log', 9, 0],
      ['log', 10, 0],
    ]);
    expect(some).toEqual([
      ['log', 2, 1],
      ['log', 9, 0],
    ]);
    await storage.close();
  });

  it('reads a series of hundreds in order, holes skipped', async () => {
    const { storage, write } = await open();
    const numbers = Array.from({ length: many }, (_, n) => n).filter((n) => n !== 31 && n !== 64);
    await write({ puts: numbers.map((n) => entry(['base', n], { n })) });
    expect(await storage.read([{ series: ['base'] }])).toEqual([numbers.map((n) => ({ n }))]);
    await storage.close();
  });

  it('refuses an add whose key exists, and everything that came with it', async () => {
    const { storage, write } = await open();
    await write({ adds: [entry(META, { seq: 1 }), entry(['log', 1, 0], 'first')] });
    const batch = {
      deletes: [{ from: META, to: META }],
      puts: [entry(['base', 0], 'x')],
      adds: [entry(['log', 1, 1], 'part'), entry(['log', 1, 0], 'second')],
    };
    expect(await write(batch)).toEqual({ isCommitted: false, meta: { seq: 1 } });
    expect(await storage.read([{ get: META }, { get: ['base', 0] }, { get: ['log', 1, 0] }, { get: ['log', 1, 1] }])).toEqual([
      { seq: 1 },
      undefined,
      'first',
      undefined,
    ]);
    await storage.close();
  });

  it('refuses when an add other than the last exists', async () => {
    const { storage, write } = await open();
    await write({ adds: [entry(['log', 1, 1], 'part')] });
    expect((await write({ adds: [entry(['log', 1, 1], 'other'), entry(['log', 1, 0], 'head')] })).isCommitted).toBe(false);
    expect(await storage.read([{ get: ['log', 1, 0] }])).toEqual([undefined]);
    await storage.close();
  });

  it('refuses an add whose key exists although the guard agreed', async () => {
    const { storage, write } = await open();
    await write({ adds: [entry(META, 1), entry(['log', 1, 0], 'first')] });
    const guard = () => true;
    const add = entry(['log', 1, 0], 'second');
    expect(await write({ guard, adds: [add] })).toEqual({ isCommitted: false, meta: 1 });
    expect(await write({ guard, puts: [entry(META, 2)], adds: [add] })).toEqual({ isCommitted: false, meta: 1 });
    expect(await storage.read([{ get: META }, { get: ['log', 1, 0] }])).toEqual([1, 'first']);
    await storage.close();
  });

  it('lets one of many win the same key', async () => {
    const { storage, reopened } = await open();
    const others = Array.from({ length: 4 }, reopened);
    await Promise.all(others.map((other) => other.read([{ get: META }])));
    const outcomes = await Promise.all(others.map((other, n) => other.write({ durability: 'relaxed', adds: [entry(['log', 7, 0], n)] })));
    expect(outcomes.filter(({ isCommitted }) => isCommitted)).toHaveLength(1);
    const winner = outcomes.findIndex(({ isCommitted }) => isCommitted);
    expect(await storage.read([{ get: ['log', 7, 0] }])).toEqual([winner]);
    await Promise.all([storage, ...others].map((each) => each.close()));
  });

  it('shows the guard the meta record of its own transaction, and writes nothing when it says no', async () => {
    const { storage, write } = await open();
    await write({ puts: [entry(META, 1)] });
    const seen: unknown[] = [];
    const guard = (meta: unknown) => {
      seen.push(meta);
      return meta === 2;
    };
    expect(await write({ guard, puts: [entry(META, 3)] })).toEqual({ isCommitted: false, meta: 1 });
    await write({ puts: [entry(META, 2)] });
    expect(await write({ guard, puts: [entry(META, 3)] })).toEqual({ isCommitted: true, meta: 2 });
    expect(seen).toEqual([1, 2]);
    expect(await storage.read([{ get: META }])).toEqual([3]);
    await storage.close();
  });

  it('deletes ranges before it puts', async () => {
    const { storage, write } = await open();
    await write({ puts: [1, 2, 3].map((n) => entry(['base', n], n)) });
    await write({
      deletes: [{ from: ['base', 2], to: ['base', Number.POSITIVE_INFINITY] }],
      puts: [entry(['base', 3], 'new')],
      durability: 'strict',
    });
    expect(await storage.read([{ range: { from: ['base', 0], to: ['base', 9] } }])).toEqual([[1, 'new']]);
    await storage.close();
  });

  it('writes hundreds of values in one batch', async () => {
    const { storage, write } = await open();
    await write({ puts: Array.from({ length: many }, (_, n) => entry(['base', n], n)), adds: [entry(META, 'm')] });
    const [series] = await storage.read([{ series: ['base'] }]);
    expect(series).toEqual(Array.from({ length: many }, (_, n) => n));
    await storage.close();
  });

  it('is empty again after it was destroyed', async () => {
    const { storage, reopened, write } = await open();
    await write({ puts: [entry(META, 1)] });
    await storage.destroy();
    const other = reopened();
    expect(await other.read([{ get: META }])).toEqual([undefined]);
    await other.close();
  });
}
