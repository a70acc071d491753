import fc from 'fast-check';
import {
  type AsyncTransaction,
  ConflictError,
  type Database,
  StorageError,
  type Transaction,
  UnknownOutcomeError,
} from '../../src/index.js';
import type { ListOperation, ListTransaction } from './serializability.js';

export const LISTS = 4;

/** Lists 1 and 2 share a page; the others have one each, so that transactions can pass each other by. */
export const LIST_CHAIN: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'v001_lists.sql',
    sql: `CREATE TABLE lists (id INTEGER PRIMARY KEY, items TEXT NOT NULL DEFAULT '', padding BLOB);
      INSERT INTO lists (id, padding) VALUES (1, NULL), (2, NULL), (3, zeroblob(3500)), (4, zeroblob(3500));`,
  },
];

export interface ListStep {
  readonly does: 'append' | 'read' | 'read all' | 'pause';
  readonly list: number;
}

export interface ListProgram {
  readonly isAsync: boolean;
  /** Whether the next one of the tab waits for it. */
  readonly isAwaited: boolean;
  /** Changes its mind at the end. */
  readonly fails: boolean;
  readonly steps: readonly ListStep[];
}

export const listProgram: fc.Arbitrary<ListProgram> = fc.record({
  isAsync: fc.boolean(),
  isAwaited: fc.boolean(),
  fails: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 9, arbitrary: fc.constant(false) }),
  steps: fc.array(
    fc.record({
      does: fc.constantFrom('append', 'append', 'append', 'read', 'read', 'read all', 'pause'),
      list: fc.integer({ min: 1, max: LISTS }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Notes what tabs did, on one clock. */
export class ListRecorder {
  readonly transactions: ListTransaction[] = [];
  /** Errors that no transaction may end with. */
  readonly unexpected: unknown[] = [];
  #now = 0;
  #ids = 0;

  /** Runs a program in a tab; its transaction is of unknown outcome until it has ended. */
  async run(db: Database, session: number, { isAsync, steps, fails }: ListProgram, pause: () => Promise<unknown>): Promise<void> {
    const id = ++this.#ids;
    const at = this.transactions.length;
    let seen: ListOperation[] = [];
    const begun = this.#now++;
    const planned = steps.flatMap(({ does, list }, step) => (does === 'append' ? [appended(id, list, step)] : []));
    this.transactions.push({ id, session, begun, ended: Infinity, outcome: 'unknown', operations: planned });
    const end = (outcome: ListTransaction['outcome']) => {
      this.transactions[at] = { id, session, begun, ended: this.#now++, outcome, operations: outcome === 'committed' ? seen : planned };
    };
    const change = (tx: Transaction) => {
      seen = [];
      for (const [number, step] of steps.entries()) seen.push(...take(tx, step, { id, number }));
      if (fails) throw new RangeError('the app changed its mind');
    };
    const slowly = async (tx: AsyncTransaction) => {
      seen = [];
      for (const [number, step] of steps.entries()) {
        if (step.does === 'pause') await pause();
        else seen.push(...take(tx, step, { id, number }));
      }
      if (fails) throw new RangeError('the app changed its mind');
    };
    try {
      await (isAsync ? db.transaction(slowly) : db.write(change));
      end('committed');
    } catch (thrown) {
      if (!(thrown instanceof StorageError || thrown instanceof ConflictError || thrown instanceof RangeError))
        this.unexpected.push(thrown);
      if (!(thrown instanceof UnknownOutcomeError)) end('rejected');
    }
  }
}

function appended(id: number, list: number, step: number): Extract<ListOperation, { kind: 'append' }> {
  return { kind: 'append', list, value: id * 10 + step };
}

function take(tx: Transaction, { does, list }: ListStep, { id, number }: { id: number; number: number }): ListOperation[] {
  if (does === 'pause') return [];
  if (does === 'append') {
    const operation = appended(id, list, number);
    tx.run("UPDATE lists SET items = items || ',' || ? WHERE id = ?", [operation.value, list]);
    return [operation];
  }
  const lists = [...listsIn((sql) => tx.values(sql))];
  const wanted = does === 'read all' ? lists : lists.filter(([each]) => each === list);
  return wanted.map(([each, values]) => ({ kind: 'read', list: each, values }));
}

/** The lists that a query reads, by their ids. */
export function listsIn(query: (sql: string) => readonly (readonly unknown[])[]): Map<number, number[]> {
  const rows = query('SELECT id, items FROM lists ORDER BY id');
  return new Map(
    rows.map(([id, items]) => [
      Number(id),
      String(items)
        .split(',')
        .filter((item) => item !== '')
        .map(Number),
    ]),
  );
}
