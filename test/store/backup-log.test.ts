import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptionError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import type { Storage } from '../../src/storage/storage.js';
import { LogHistory } from './log-history.js';
import { PageFile } from './page-file.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const PAGE_COUNTS: Readonly<Record<number, number>> = { 512: 400, 4096: 40, 65536: 5 };

const begin = (pageSize?: number, pageCount?: number) => new LogHistory(pageSize, pageCount).begin();

type Act = (history: LogHistory, random: () => number) => Promise<unknown>;
const pagesAt = ({ file }: LogHistory, random: () => number) =>
  Array.from({ length: 1 + (random() % 4) }, () => random() % Math.max(1, file.pageCount));
const lengthOf = (pageSize: number, random: () => number) => 1 + (random() % (PAGE_COUNTS[pageSize] ?? 1));

const ACTS: Readonly<Record<string, Act>> = {
  write: (history, random) => history.commit(pagesAt(history, random)),
  resize: (history, random) => history.commit(pagesAt(history, random), { pageCount: lengthOf(history.file.pageSize, random) }),
  'back up': (history, random) => history.commit(pagesAt(history, random), { isBacked: true }),
  'back up and resize': (history, random) =>
    history.commit(pagesAt(history, random), { pageCount: lengthOf(history.file.pageSize, random), isBacked: true }),
  fold: (history, random) => history.fold(history.file.seq - (random() % 6)),
  'fold all': (history) => history.fold(history.file.seq),
  delete: (history, random) => history.delete(random() % 3),
  replace: async (history, random) => {
    const pageSize = Number(Object.keys(PAGE_COUNTS)[random() % 3]);
    await history.replace(new PageFile(pageSize, lengthOf(pageSize, random)), random() % 2 === 0);
  },
};

describe('a backup', () => {
  it('reads as the state that it is of, whatever is committed, folded, deleted and replaced afterwards', async () => {
    const acts = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('write', 'fold', 'fold all') },
        { weight: 4, arbitrary: fc.constantFrom('resize', 'back up', 'back up and resize', 'delete') },
        { weight: 1, arbitrary: fc.constant('replace') },
      ),
      { maxLength: 40, size: 'max' },
    );
    const property = fc.asyncProperty(
      fc.constantFrom(...Object.keys(PAGE_COUNTS).map(Number)),
      acts,
      fc.infiniteStream(fc.nat()),
      async (pageSize, steps, dice) => {
        const random = () => Number(dice.next().value);
        const history = await begin(pageSize, lengthOf(pageSize, random));
        for (const step of steps) {
          await ACTS[step]?.(history, random);
          await history.check();
        }
      },
    );
    await fc.assert(property, { numRuns: isNode ? 60 : 10 });
  }, 240_000);

  it('costs no chunk when it is made, and nothing in the commits after it: folds copy each chunk once', async () => {
    const history = await begin(4096, 4000);
    const { batches } = history.storage;
    const keysSince = (from: number) => batches.slice(from).flatMap(({ puts = [], adds = [] }) => [...puts, ...adds].map(({ key }) => key));
    let from = batches.length;
    await history.commit([9], { isBacked: true });
    expect(keysSince(from)).toEqual([['meta'], ['log', 1, 0]]);
    from = batches.length;
    for (let n = 0; n < 5; n++) await history.commit([1, 9, 90]);
    expect(keysSince(from).every(([kind]) => kind === 'log')).toBe(true);
    await history.fold(3);
    await history.fold(6);
    await history.commit([90, 200]);
    await history.fold(7);
    const copies = keysSince(from).filter(([kind]) => kind === 'copy');
    expect(copies.map(([, , chunk]) => chunk)).toEqual([1, 0, 11, 25]);
    await history.check();
  });

  it('is kept beside at most two others: the oldest goes, with its copies', async () => {
    const history = await begin();
    for (let n = 0; n < 5; n++) {
      await history.commit([n], { isBacked: true });
      await history.fold(history.file.seq);
    }
    await history.check();
    expect(history.backups.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    const [copies] = await history.storage.read([{ range: { from: ['copy'], to: ['copy', '~'] } }]);
    expect(copies).toHaveLength(3);
  });

  it('that is deleted leaves nothing behind, and the older one whole', async () => {
    const history = await begin();
    await history.commit([3], { isBacked: true });
    await history.commit([5], { isBacked: true });
    await history.commit([5, 17]);
    await history.fold(3);
    await history.delete(1);
    await history.check();
    await history.delete(0);
    expect(await history.storage.read([{ range: { from: ['copy'], to: ['copy', '~'] } }])).toEqual([[]]);
  });

  it('is stored in values under 64 KiB', async () => {
    const history = await begin(65_536, 4);
    await history.commit([0, 1, 2, 3], { isBacked: true });
    await history.fold(1);
    const [copies] = (await history.storage.read([{ range: { from: ['copy'], to: ['copy', '~'] } }])) as [{ bytes: Uint8Array }[]];
    expect(copies).toHaveLength(8);
    for (const { bytes } of copies) expect(bytes.buffer.byteLength).toBeLessThan(60 * 1024);
  });

  it('is found in a store that was begun before there were any', async () => {
    const history = await begin();
    const [meta] = (await history.storage.read([{ get: ['meta'] }])) as [Record<string, unknown>];
    const { backups: _, ...older } = meta;
    await history.storage.write({ durability: 'relaxed', puts: [{ key: ['meta'], value: older }] });
    expect(await history.log.backups.list()).toEqual([]);
    await history.commit([1], { isBacked: true });
    await history.fold(1);
    await history.check();
  });
});

describe('damage to a backup', () => {
  /** Chunk 0 and 1 have copies for the first, chunk 1 one for the second; chunk 2 was never overwritten. */
  async function damaged(
    damage: (storage: Storage, ids: string[]) => Promise<void>,
  ): Promise<{ history: LogHistory; first: string; second: string }> {
    const history = await begin();
    await history.commit([1, 9], { isBacked: true });
    await history.commit([9], { isBacked: true });
    await history.commit([1]);
    await history.fold(3);
    await history.check();
    const [first = '', second = ''] = history.backups.map(({ id }) => id);
    await damage(history.storage, [first, second]);
    return { history, first, second };
  }

  async function flip(storage: Storage, key: (string | number)[], field: 'bytes' | 'seq' | 'seqs', value = 0): Promise<void> {
    const [record] = (await storage.read([{ get: key }])) as [{ bytes: Uint8Array; seq: number; seqs: Float64Array }];
    if (field === 'bytes') record.bytes[7] = (record.bytes[7] ?? 0) ^ 4;
    if (field === 'seq') record.seq += 1;
    if (field === 'seqs') record.seqs[1] = value;
    await storage.write({ durability: 'relaxed', puts: [{ key, value: record }] });
  }

  const remove = (storage: Storage, key: (string | number)[]) =>
    storage.write({ durability: 'relaxed', deletes: [{ from: key, to: key }] }).then(() => undefined);

  it('is named: a copy with a flipped bit, one with another number, and a chunk of the base', async () => {
    for (const field of ['bytes', 'seq'] as const) {
      const { history, first, second } = await damaged((storage, [id = '']) => flip(storage, ['copy', id, 1], field));
      await expect(history.log.backups.read(first)).rejects.toMatchObject({ name: 'CorruptionError', damaged: [`copy ${first} 1`] });
      expect(checksum(await history.log.backups.read(second))).toBe(history.backups[1]?.sum);
    }
    const { history, first } = await damaged((storage) => flip(storage, ['base', 2], 'bytes'));
    await expect(history.log.backups.read(first)).rejects.toMatchObject({ damaged: ['base 2'] });
  });

  it('is named: a missing copy, whether the base or a newer copy has another state of the chunk', async () => {
    const beforeBase = await damaged((storage, [, id = '']) => remove(storage, ['copy', id, 0]));
    await expect(beforeBase.history.log.backups.read(beforeBase.second)).rejects.toMatchObject({
      damaged: [`copy ${beforeBase.second} 0`],
    });
    const beforeCopy = await damaged((storage, [id = '']) => remove(storage, ['copy', id, 1]));
    await expect(beforeCopy.history.log.backups.read(beforeCopy.first)).rejects.toMatchObject({ damaged: [`copy ${beforeCopy.first} 1`] });
  });

  it('is named: a missing copy of a chunk that the base does not have any more, and a missing commit', async () => {
    const history = await begin();
    await history.commit([], { pageCount: 4, isBacked: true });
    await history.fold(1);
    const [{ id = '' } = {}] = history.backups;
    await remove(history.storage, ['copy', id, 2]);
    await expect(history.log.backups.read(id)).rejects.toMatchObject({ damaged: [`copy ${id} 2`] });
    await history.commit([1]);
    await history.commit([1], { isBacked: true });
    await remove(history.storage, ['log', 2, 0]);
    await expect(history.log.backups.read(history.backups[1]?.id ?? '')).rejects.toMatchObject({ damaged: ['log 2'] });
  });

  it('stays damage when the copy is moved to an older backup', async () => {
    const { history, first, second } = await damaged((storage, [, id = '']) => flip(storage, ['copy', id, 0], 'bytes'));
    await remove(history.storage, ['copy', first, 0]);
    await history.log.backups.delete(second);
    await expect(history.log.backups.read(first)).rejects.toThrow(CorruptionError);
  });

  it('of the index is found before anything is copied or overwritten by it', async () => {
    const { history } = await damaged((storage) => flip(storage, ['index', 0], 'seqs', 1));
    await history.commit([9]);
    await expect(history.fold(4)).rejects.toMatchObject({ damaged: ['index 0'] });
  });

  it('of the base never becomes a copy, not of a chunk that is only cut off either', async () => {
    for (const pageCount of [20, 4]) {
      const history = await begin();
      await history.commit([17], { pageCount, isBacked: true });
      await flip(history.storage, ['base', 2], 'bytes');
      await expect(history.fold(1)).rejects.toMatchObject({ damaged: ['base 2'] });
      expect(await history.storage.read([{ range: { from: ['copy'], to: ['copy', '~'] } }])).toEqual([[]]);
    }
  });

  it('of the list is damage of the meta record', async () => {
    const good = { id: 'a', seq: 0, schemaVersion: 1, createdAt: 'now', reason: 'migration', pageSize: 4096, pageCount: 20 };
    for (const backups of [5, [{}], [null], [{ ...good, reason: 5 }], [{ ...good, seq: 0.5 }], [good, good]]) {
      const history = await begin();
      const [meta] = (await history.storage.read([{ get: ['meta'] }])) as [Record<string, unknown>];
      await history.storage.write({ durability: 'relaxed', puts: [{ key: ['meta'], value: { ...meta, backups } }] });
      await expect(history.log.load()).rejects.toMatchObject({ damaged: ['meta'] });
    }
  });
});
