import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AsyncTransaction, ConflictError, type Database, type Transaction } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { fakeChannels, scheduledStorage } from './fakes.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const TABS = 3;
/** Rows 1 to 3 share a page; 4 to 6 have one each, so that transactions can pass each other by. */
const migrations = [
  {
    name: 'v001_cells.sql',
    sql: `CREATE TABLE cells (id INTEGER PRIMARY KEY, value INTEGER NOT NULL, padding BLOB);
      INSERT INTO cells VALUES (1, 1, NULL), (2, 2, NULL), (3, 3, NULL), (4, 4, zeroblob(3500)), (5, 5, zeroblob(3500)), (6, 6, zeroblob(3500));`,
  },
];

type Step = { readonly does: 'read' | 'add' | 'insert' | 'sum' | 'pause'; readonly cell: number };
interface Program {
  readonly tab: number;
  readonly isAsync: boolean;
  readonly steps: readonly Step[];
  /** Done in a nested transaction after `steps`, which is rolled back or not. */
  readonly nested: readonly Step[];
  readonly rollsBack: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('read', 'add', 'add', 'insert', 'sum', 'pause', 'pause'),
  cell: fc.integer({ min: 1, max: 6 }),
});
const program: fc.Arbitrary<Program> = fc.record({
  tab: fc.nat({ max: TABS - 1 }),
  isAsync: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  nested: fc.array(step, { maxLength: 2 }),
  rollsBack: fc.boolean(),
});

/** What steps are done on: rows in SQLite, or a map that says what SQLite should do. */
interface Cells {
  read(cell: number): number;
  set(cell: number, value: number): void;
  sum(): number;
}

const inSql = (tx: Transaction): Cells => ({
  read: (cell) => Number(tx.values('SELECT value FROM cells WHERE id = ?', [cell])[0]?.[0] ?? -1),
  set: (cell, value) =>
    void tx.run('INSERT INTO cells (id, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', [cell, value]),
  sum: () => Number(tx.values('SELECT sum(value) FROM cells')[0]?.[0]),
});

const inMap = (valueByCell: Map<number, number>): Cells => ({
  read: (cell) => valueByCell.get(cell) ?? -1,
  set: (cell, value) => void valueByCell.set(cell, value),
  sum: () => [...valueByCell.values()].reduce((sum, value) => sum + value, 0),
});

/** Does one step; what is written depends on everything that was read, so that a lost or stale read shows. */
function take({ does, cell }: Step, cells: Cells, seen: number[], number: number): void {
  if (does === 'read') seen.push(cells.read(cell));
  if (does === 'sum') seen.push(cells.sum());
  const news = seen.reduce((sum, value) => (sum * 3 + value) % 1009, number + 1);
  if (does === 'add') cells.set(cell, cells.read(cell) + news);
  if (does === 'insert') cells.set(100 + number, news);
}

async function perform(program: Program, number: number, db: Database, pause: () => Promise<unknown>): Promise<number[]> {
  const { isAsync, steps, nested, rollsBack } = program;
  if (!isAsync) {
    return db.write((tx) => {
      const seen: number[] = [];
      for (const each of steps) take(each, inSql(tx), seen, number);
      return seen;
    });
  }
  return db.transaction(async (tx: AsyncTransaction) => {
    const seen: number[] = [];
    const all = async (each: readonly Step[], on: Transaction) => {
      for (const step of each) {
        if (step.does === 'pause') await pause();
        else take(step, inSql(on), seen, number);
      }
    };
    await all(steps, tx);
    if (nested.length === 0) return seen;
    const inner = tx.transaction(async (tx2) => {
      await all(nested, tx2);
      if (rollsBack) throw new RangeError('the app changed its mind');
    });
    await inner.catch((thrown: unknown) => {
      if (!(thrown instanceof RangeError)) throw thrown;
    });
    return seen;
  });
}

/** What a program sees when nothing else runs, on a state that it changes. */
function performAlone({ isAsync, steps, nested, rollsBack }: Program, number: number, state: Map<number, number>): number[] {
  const seen: number[] = [];
  for (const each of steps) take(each, inMap(state), seen, number);
  if (!isAsync) return seen;
  const tried = new Map(state);
  for (const each of nested) take(each, inMap(tried), seen, number);
  if (!rollsBack) for (const [cell, value] of tried) state.set(cell, value);
  return seen;
}

interface Done {
  readonly program: Program;
  readonly number: number;
  readonly seen: readonly number[];
}

/** Whether some order of the transactions, one after the other, explains what each of them saw and what is left. */
function hasSerialOrder(done: readonly Done[], state: ReadonlyMap<number, number>, end: ReadonlyMap<number, number>): boolean {
  if (done.length === 0) return state.size === end.size && [...state].every(([cell, value]) => end.get(cell) === value);
  return done.some((first) => {
    const after = new Map(state);
    const seen = performAlone(first.program, first.number, after);
    if (seen.length !== first.seen.length || seen.some((value, at) => value !== first.seen[at])) return false;
    return hasSerialOrder(
      done.filter((each) => each !== first),
      after,
      end,
    );
  });
}

const begin = new Map([1, 2, 3, 4, 5, 6].map((cell) => [cell, cell]));
const cellsOf = (db: Database) => new Map(db.values('SELECT id, value FROM cells').map(([id, value]) => [Number(id), Number(value)]));

describe('transactions of several databases over one storage', () => {
  it('are serializable or reject with ConflictError, in any order of their requests and pauses', async () => {
    const counts = { done: 0, conflicts: 0 };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(program, { minLength: 2, maxLength: 5 }), async (scheduler, programs) => {
        const storage = memoryStorage();
        const openChannel = fakeChannels((send) => void scheduler.schedule(Promise.resolve(), 'hint').then(send));
        const options = { migrations, environment: { openChannel } };
        await (await openTestDatabase(storage, options)).close();
        const opening = Array.from({ length: TABS }, () => openTestDatabase(scheduledStorage(storage, scheduler), options));
        const tabs = await scheduler.waitFor(Promise.all(opening));
        const done: Done[] = [];
        const running = programs.map(async (each, number) => {
          const pause = () => scheduler.schedule(Promise.resolve(), 'pause');
          await pause();
          try {
            done.push({ program: each, number, seen: await perform(each, number, tabs[each.tab] as Database, pause) });
          } catch (thrown) {
            if (!(thrown instanceof ConflictError)) throw thrown;
            counts.conflicts++;
          }
        });
        await scheduler.waitFor(Promise.all(running));
        await scheduler.waitFor(Promise.all(tabs.map((tab) => tab.refresh())));
        const [end, ...others] = tabs.map(cellsOf);
        expect(others).toEqual([end, end]);
        expect(hasSerialOrder(done, begin, end as Map<number, number>)).toBe(true);
        counts.done += done.length;
        await scheduler.waitFor(Promise.all(tabs.map((tab) => tab.close())));
      }),
      { numRuns: isNode ? 1000 : 100 },
    );
    console.log(`${counts.done} transactions, ${counts.conflicts} given up`);
    expect(counts.done).toBeGreaterThan(counts.conflicts * 10);
  }, 240_000);
});
