import { describe, expect, it } from 'vitest';
import { memoryStorage, type OpenOptions } from '../../src/index.js';
import { FaultyStorage } from '../store/fakes.js';
import { counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';
import { counterFile } from './sqlite-file.js';

async function open(options: Partial<OpenOptions> = {}) {
  const faulty = new FaultyStorage(memoryStorage());
  const database = await openTestDatabase(faulty, options);
  faulty.batches.length = 0;
  return { database, faulty, durabilities: () => faulty.batches.map(({ durability }) => durability) };
}

describe('the durability', () => {
  it('of a write is relaxed, unless it asks for more', async () => {
    const { database, durabilities } = await open();
    await database.run(INCREMENT);
    await database.run(INCREMENT, undefined, { durability: 'strict' });
    await database.write((tx) => tx.run(INCREMENT), { durability: 'strict' });
    expect(durabilities()).toEqual(['relaxed', 'strict', 'strict']);
  });

  it("of a strict database's writes is strict, unless they ask for less", async () => {
    const { database, durabilities } = await open({ durability: 'strict' });
    await database.run(INCREMENT);
    await database.run(INCREMENT, undefined, { durability: 'relaxed' });
    expect(durabilities()).toEqual(['strict', 'relaxed']);
  });

  it('of writes that are stored together is the strictest of theirs', async () => {
    const { database, durabilities } = await open();
    await Promise.all([database.run(INCREMENT), database.run(INCREMENT, undefined, { durability: 'strict' }), database.run(INCREMENT)]);
    expect(durabilities()).toEqual(['strict']);
  });

  it('of an import and of a vacuum is strict', async () => {
    const { database, durabilities } = await open();
    await database.import(counterFile(5));
    await database.run('CREATE TABLE gone AS SELECT randomblob(20000) AS body');
    await database.run('DROP TABLE gone');
    await database.vacuum();
    expect(durabilities()).toEqual(['strict', 'relaxed', 'relaxed', 'strict']);
  });

  it('of a database that is begun and of its migration is strict', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    await openTestDatabase(faulty);
    expect(faulty.batches.map(({ durability }) => durability)).toEqual(['strict', 'strict']);
  });
});

describe('writes made together', () => {
  it('are stored in one transaction, and one that throws keeps its error to itself', async () => {
    const { database, faulty } = await open();
    const own = new Error('its own');
    const writes = Array.from({ length: 100 }, (_, n) =>
      database.write((tx) => {
        tx.run(INCREMENT);
        if (n === 50) throw own;
        return n;
      }),
    );
    expect(counterOf(database)).toBe(99);
    const results = await Promise.allSettled(writes);
    expect(faulty.commits.length).toBe(1);
    expect(results[50]).toEqual({ status: 'rejected', reason: own });
    expect(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))).toEqual(
      Array.from({ length: 100 }, (_, n) => n).filter((n) => n !== 50),
    );
    expect(counterOf(await openTestDatabase(faulty))).toBe(99);
  });
});
