import { describe, expect, it } from 'vitest';
import { deleteDatabase, type OpenOptions, openDatabase, UsageError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { counterChain, counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';

/** What JavaScript lets through where TypeScript would not. */
const untyped = <Wanted>(value: unknown): Wanted => value as Wanted;

describe('a call that cannot be meant', () => {
  it('is refused at once, by name', async () => {
    const database = await openTestDatabase();
    const callback = () => undefined;
    expect(() => database.subscribe(untyped('counters'), callback)).toThrow(UsageError);
    expect(() => database.subscribe(['counters'], untyped(undefined))).toThrow(UsageError);
    expect(() => database.all(untyped(undefined))).toThrow(UsageError);
    await expect(database.write(untyped('DELETE FROM counters'))).rejects.toThrow(UsageError);
    await expect(database.run(untyped(undefined))).rejects.toThrow(UsageError);
    await database.close();
  });

  it('is refused while opening', async () => {
    const wrong: unknown[] = [
      { storage: 'indexeddb' },
      { migrations: ['CREATE TABLE t (x)'] },
      { migrations: Promise.resolve({}) },
      { migrations: 5 },
    ];
    for (const options of wrong) {
      const open = openDatabase({ name: 'wrong', storage: memoryStorage(), ...untyped<Partial<OpenOptions>>(options) });
      await expect(open).rejects.toThrow(UsageError);
    }
  });
});

describe('deleting a database in memory', () => {
  it('leaves the witness of one of the same name in IndexedDB alone', async () => {
    const removed: string[] = [];
    const witnessStorage = { getItem: () => null, setItem: () => undefined, removeItem: (key: string) => void removed.push(key) };
    await deleteDatabase('twin', { storage: memoryStorage('twin'), environment: { witnessStorage } });
    expect(removed).toEqual([]);
  });

  it('closes whoever has it open, and the next open is a first run', async () => {
    const storage = memoryStorage();
    const database = await openTestDatabase(storage);
    await deleteDatabase(storage.name, { storage });
    expect(database.status.state).toBe('closed');
    await expect(database.run(INCREMENT)).rejects.toMatchObject({ name: 'ClosedError' });
    const again = await openDatabase({ name: storage.name, storage, migrations: counterChain });
    expect(counterOf(again)).toBe(0);
    await again.close();
  });
});
