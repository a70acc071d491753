import type { AsyncTransaction } from '../engine/async-transaction.js';
import type { Engine } from '../engine/engine.js';
import type { Parameters } from '../engine/parameters.js';
import type { Row } from '../engine/statement.js';
import { type RunResult, refusePromise, type Transaction } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import { UsageError } from '../errors/database-error.js';
import { type HistoryEntry, readHistory } from '../migrate/history.js';
import type { Plan } from '../migrate/plan.js';
import type { StepProgress } from '../migrate/run.js';
import type { Durability } from '../storage/storage.js';
import type { Backup } from '../store/backup.js';
import type { Status, StatusBoard } from '../store/status.js';
import type { Store } from '../store/store.js';
import type { ChangeCallback } from '../store/subscriptions.js';
import type { Database, FlushOptions, ImportOptions, MigrateOptions, SyncResult, WriteOptions } from './database.js';
import { type ImportParts, prepareImport } from './import.js';
import { type Upgrader, upgrade } from './upgrade.js';
import { vacuumed } from './vacuum.js';

const EVERY = Number.POSITIVE_INFINITY;

export interface StoredDatabaseParts {
  readonly name: string;
  readonly engine: Engine;
  readonly store: Store;
  readonly status: StatusBoard;
  readonly upgrader: Upgrader;
  readonly durability: Durability;
  readonly now: () => number;
  readonly examine: ImportParts['examine'];
}

/** The database that `openDatabase` gives: SQL over a store, and the chain for what is imported. */
export class StoredDatabase implements Database {
  readonly #parts: StoredDatabaseParts;

  constructor(parts: StoredDatabaseParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  get schemaVersion(): number {
    return this.#parts.store.connection.header.userVersion;
  }

  get history(): readonly HistoryEntry[] {
    return readHistory(this.#parts.store.connection);
  }

  get status(): Status {
    return this.#parts.status.current;
  }

  all<R = Row>(sql: string, parameters?: Parameters): R[] {
    // The row type is the caller's word for what their SQL gives.
    return this.#parts.store.connection.with(sql, 'read', (statement) => statement.rows(parameters, EVERY)) as R[];
  }

  get<R = Row>(sql: string, parameters?: Parameters): R | undefined {
    return this.#parts.store.connection.with(sql, 'read', (statement) => statement.first(parameters)) as R | undefined;
  }

  values(sql: string, parameters?: Parameters, limit: number = EVERY): SqlValue[][] {
    return this.#parts.store.connection.with(sql, 'read', (statement) => statement.values(parameters, limit));
  }

  write<Result>(change: (tx: Transaction) => SyncResult<Result>, options: WriteOptions = {}): Promise<Result> {
    if (typeof change !== 'function')
      return Promise.reject(new UsageError('write() takes a function of the transaction. For one statement: run(sql, parameters).'));
    // SyncResult<Result> is Result for whatever compiles; a promise that gets here all the same is refused at run time.
    return this.#parts.store.write(change as (tx: Transaction) => Result, options.durability ?? this.#parts.durability);
  }

  transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>, options: WriteOptions = {}): Promise<Result> {
    if (typeof change !== 'function')
      return Promise.reject(new UsageError('transaction() takes an asynchronous function of the transaction.'));
    return this.#parts.store.transaction(change, options.durability ?? this.#parts.durability);
  }

  run(sql: string, parameters?: Parameters, options: WriteOptions = {}): Promise<RunResult> {
    return this.write<RunResult>((tx) => tx.run(sql, parameters), options);
  }

  subscribe(tables: readonly string[] | 'all', callback: ChangeCallback): () => void {
    const isList = Array.isArray(tables) && tables.every((table) => typeof table === 'string');
    if ((tables !== 'all' && !isList) || typeof callback !== 'function')
      throw new UsageError("subscribe() takes a list of table names, or 'all', and a function.");
    return this.#parts.store.subscribe(tables, callback);
  }

  flush(options: FlushOptions = {}): Promise<void> {
    return this.#parts.store.flush(options);
  }

  refresh(): Promise<void> {
    return this.#parts.store.refresh();
  }

  export(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#parts.store.export();
  }

  async plan({ to }: Pick<MigrateOptions, 'to'> = {}): Promise<Plan> {
    return this.#parts.upgrader.plan(() => this.#parts.store.connection, to);
  }

  async migrate({ to, onProgress }: MigrateOptions = {}): Promise<Plan> {
    const { store, upgrader, status, now } = this.#parts;
    const onStep = (step: StepProgress) => {
      status.set({ state: 'migrating' });
      onProgress?.(step);
    };
    try {
      return await upgrade(store, upgrader, { now, onStep, ...(to !== undefined && { to }) });
    } finally {
      if (status.current.state === 'migrating') status.set({ state: 'ready' });
    }
  }

  async import(bytes: Uint8Array, { check, ...options }: ImportOptions = {}): Promise<void> {
    const { engine, upgrader, now, store, examine } = this.#parts;
    if (check !== undefined && typeof check !== 'function') throw new UsageError('check of import() is a function of the database.');
    const image = await prepareImport(bytes, { engine, upgrader, now, examine, current: () => store.connection, ...options });
    await store.replace(image, check && (() => refusePromise(check(this), 'check of import()')));
  }

  vacuum(): Promise<void> {
    return this.#parts.store.change('strict', ({ connection }) => {
      connection.replacePages(vacuumed(this.#parts.engine, connection));
      return { result: undefined, tables: ['sqlite_schema'] };
    });
  }

  backups(): Promise<Backup[]> {
    return this.#parts.store.backups();
  }

  exportBackup(id: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#parts.store.readBackup(id);
  }

  restore(id: string): Promise<void> {
    return this.#parts.store.restore(id);
  }

  deleteBackup(id: string): Promise<void> {
    return this.#parts.store.deleteBackup(id);
  }

  onStatusChange(callback: (status: Status) => void): () => void {
    return this.#parts.status.onChange(callback);
  }

  close(): Promise<void> {
    return this.#parts.store.close();
  }
}
