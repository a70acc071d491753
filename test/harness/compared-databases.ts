import { expect } from 'vitest';
import type { Database, Transaction } from '../../src/index.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { FaultyStorage, fakeChannels, never } from '../store/fakes.js';
import { eagerClock } from './eager-clock.js';
import { foldStorage } from './fold-storage.js';
import { dumpOf, givesRows, messageOf, PlainDatabase, resultOf, type StepResult } from './plain-database.js';
import { RecordedStorage } from './recorded-storage.js';
import { settleNow } from './settle-now.js';
import { boundValue, FIRST, type SqlEvent, type SqlStep, type SqlTransaction } from './sql-history.js';

/** What was compared, over all histories. */
export interface Compared {
  statements: number;
  errors: number;
  comparisons: number;
  crashes: number;
}

function take(tx: Transaction, { sql, parameters }: SqlStep): StepResult {
  const values = parameters.map(boundValue);
  try {
    return givesRows(sql) ? resultOf(tx.values(sql, values)) : `${tx.run(sql, values).changes} changed`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Runs the transaction on one of ours. @returns what each statement came to, and at last the whole. */
async function transact(database: Database, { steps, isAsync, fails }: SqlTransaction): Promise<StepResult[]> {
  let results: StepResult[] = [];
  const fail = () => {
    if (fails) throw new RangeError('the app changed its mind');
  };
  const change = (tx: Transaction) => {
    results = [];
    for (const step of steps) {
      if ('sql' in step) results.push(take(tx, step));
      else {
        const part = tx.savepoint();
        results.push(...step.nested.map((inner) => take(tx, inner)));
        if (step.rollsBack) part.rollBack();
        else part.release();
      }
    }
    fail();
  };
  const writing = isAsync
    ? database.transaction(async (tx) => {
        results = [];
        for (const step of steps) {
          await undefined;
          if ('sql' in step) results.push(take(tx, step));
          else {
            const part = tx.transaction(async (inner) => {
              for (const each of step.nested) results.push(take(inner, each));
              if (step.rollsBack) throw new RangeError('taken back');
            });
            await part.catch((thrown: unknown) => {
              if (!(thrown instanceof RangeError)) throw thrown;
            });
          }
        }
        fail();
      })
    : database.write(change);
  await writing.catch((thrown: unknown) => results.push(messageOf(thrown)));
  return results;
}

/** Two tabs of ours beside plain sql.js: whatever is done to both has to come to the same. */
export class ComparedDatabases {
  readonly #counts: Compared;
  readonly #storage = new RecordedStorage('compared');
  readonly #channels = fakeChannels();
  #plain = new PlainDatabase();
  #faulty = new FaultyStorage(this.#storage);
  #tabs: Database[] = [];
  #marks = 0;

  constructor(counts: Compared) {
    this.#counts = counts;
  }

  async begin(): Promise<this> {
    this.#tabs = [await this.#open(this.#faulty), await this.#open(this.#storage)];
    const steps = FIRST.map((sql) => ({ sql, parameters: [] }));
    await this.perform({ does: 'transaction', tab: 0, transaction: { steps, isAsync: false, fails: false } });
    return this;
  }

  async perform(event: SqlEvent): Promise<void> {
    const [tab] = this.#tabs;
    if (event.does === 'transaction') await this.#transact(event.tab, event.transaction);
    else if (event.does === 'crash') await this.#crash(event.isKept, event.transaction);
    else if (event.does === 'page size') {
      const image = this.#plain.imageWith(event.pageSize);
      await tab?.import(image, { foreignObjects: 'keep' });
      this.#plain.close();
      this.#plain = new PlainDatabase(image);
    } else if (event.does === 'vacuum') {
      await tab?.vacuum();
      this.#plain.vacuum();
    } else if (event.does === 'fold') await foldStorage(this.#storage, eagerClock);
    else if (event.does === 'reopen') {
      await tab?.close();
      this.#tabs[0] = await this.#open(this.#faulty);
    } else if (event.does === 'export') {
      await tab?.refresh();
      const exported = new PlainDatabase(await tab?.export());
      this.#compare((sql) => exported.values(sql));
      exported.close();
    } else await this.compare();
  }

  async compare(): Promise<void> {
    for (const tab of this.#tabs) {
      await tab.refresh();
      this.#compare((sql) => tab.values(sql));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#tabs.map((tab) => tab.close()));
    this.#plain.close();
  }

  async #transact(which: number, transaction: SqlTransaction): Promise<void> {
    const tab = this.#tabs[which] as Database;
    await tab.refresh();
    const results = await transact(tab, transaction);
    expect(results).toEqual(this.#plain.transact(transaction));
    this.#counts.statements += results.length;
    this.#counts.errors += results.filter((result) => result.startsWith('!')).length;
  }

  /** The tab goes while its commit is on the way: what is stored says whether it happened. */
  async #crash(isKept: boolean, transaction: SqlTransaction): Promise<void> {
    const mark = ++this.#marks;
    const marked = { ...transaction, steps: [...transaction.steps, { sql: 'INSERT INTO marks VALUES (?)', parameters: [mark] }] };
    await this.#tabs[0]?.refresh();
    this.#faulty.onWrite = async (_, next) => {
      if (isKept) await next();
      return never();
    };
    void transact(this.#tabs[0] as Database, marked);
    await settleNow();
    this.#faulty = new FaultyStorage(this.#storage);
    this.#tabs[0] = await this.#open(this.#faulty);
    if (this.#tabs[0].get('SELECT 1 FROM marks WHERE n = ?', [mark])) this.#plain.transact(marked);
    this.#counts.crashes++;
    await this.compare();
  }

  #compare(query: (sql: string) => readonly (readonly unknown[])[]): void {
    expect(dumpOf(query)).toEqual(dumpOf((sql) => this.#plain.values(sql)));
    this.#counts.comparisons++;
  }

  #open(storage: RecordedStorage | FaultyStorage): Promise<Database> {
    const environment = { openChannel: this.#channels, clock: eagerClock, witnessStorage: undefined, persist: undefined };
    return openTestDatabase(storage, { migrations: {}, environment });
  }
}
