import { StorageError, StorageFormatError } from '../errors/storage-error.js';
import type { TabliteError } from '../errors/tablite-error.js';
import { batchBytes, type Estimate, estimateHere } from './full-storage.js';
import { indexedDbFailure, isFull } from './indexeddb-failure.js';
import { type CreateStore, createStoreHere, indexedDbHere, storeIn } from './indexeddb-open.js';
import { readRequest } from './indexeddb-read.js';
import { abort, requestsOf, sendInTurn, succeeded } from './indexeddb-write.js';
import { META_KEY, type ReadRequest, type Storage, type StorageLoss, type WriteBatch, type WriteOutcome } from './storage.js';

const OBJECT_STORE = 'records';

export interface IndexedDbOptions {
  /** Opens the object store; called again for a new connection. idb-keyval's `createStore` is the default. */
  readonly createStore?: CreateStore;
  /** Says how full the storage is when something did not fit; the browser's own estimate is the default. */
  readonly estimate?: Estimate;
}

/** The IndexedDB database that holds a Tablite database of that name. */
export function indexedDbName(name: string): string {
  return `tablite:${name}`;
}

/** A storage in one object store of one IndexedDB database, named `tablite:<name>`. */
export function indexedDbStorage(name: string, options: IndexedDbOptions = {}): Storage {
  return new IndexedDbStorage(name, options, async () => indexedDbHere());
}

/** The same, in which nothing is made: reading rejects with a StorageAbsentError where there is no such database. */
export function existingIndexedDbStorage(name: string): Storage {
  return indexedDbStorageIn(name, async () => indexedDbHere(), true);
}

/** The same in another IndexedDB than the page's own, such as a storage bucket's. */
export function indexedDbStorageIn(name: string, factory: () => Promise<IDBFactory>, mustExist: boolean = false): Storage {
  const createStore: CreateStore = (databaseName, storeName) => storeIn(factory, { databaseName, storeName, mustExist });
  return new IndexedDbStorage(name, { createStore }, factory);
}

class IndexedDbStorage implements Storage {
  readonly name: string;
  readonly kind = 'indexeddb';
  readonly #createStore: CreateStore;
  readonly #estimate: Estimate;
  readonly #factory: () => Promise<IDBFactory>;
  #connecting: Promise<IDBDatabase> | undefined;
  #connection: IDBDatabase | undefined;
  #onLoss: (loss: StorageLoss) => void = () => undefined;
  #isClosed = false;
  /** Grows with each connection that was dropped: an opening that is overtaken closes what it opened. */
  #generation = 0;

  constructor(
    name: string,
    { createStore = createStoreHere, estimate = estimateHere }: IndexedDbOptions,
    factory: () => Promise<IDBFactory>,
  ) {
    this.name = name;
    this.#createStore = createStore;
    this.#estimate = estimate;
    this.#factory = factory;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  async read(requests: readonly ReadRequest[], alive: () => void = () => undefined): Promise<unknown[]> {
    const doing = 'reading';
    const database = await this.#connect();
    return new Promise((resolve, reject) => {
      const transaction = this.#begin(database, 'readonly', undefined, doing);
      const store = transaction.objectStore(OBJECT_STORE);
      transaction.onabort = () => reject(indexedDbFailure(transaction.error, doing));
      Promise.all(requests.map((request) => readRequest(store, request, alive))).then(resolve, (cause) =>
        reject(indexedDbFailure(cause, doing)),
      );
      // A page that is frozen in the middle would hold up every other tab's writes. What is read in windows needs more requests.
      if (!requests.some((request) => 'series' in request)) transaction.commit();
    });
  }

  async write(batch: WriteBatch, alive: () => void = () => undefined): Promise<WriteOutcome> {
    const database = this.#connection;
    if (!database) {
      throw new StorageError('There is no connection to IndexedDB. Nothing was written: read first, to see what is there.', {
        wasSent: false,
      });
    }
    return new Promise((resolve, reject) => {
      const transaction = this.#begin(database, 'readwrite', batch.durability, 'writing');
      const store = transaction.objectStore(OBJECT_STORE);
      let meta: unknown;
      let isRefused = false;
      let failure: unknown;
      const fail = (cause: unknown) => {
        failure ??= cause;
        abort(transaction);
      };
      const refuse = () => {
        isRefused = true;
        abort(transaction);
      };
      const requests = requestsOf(batch, store);
      const send = () => sendInTurn(requests, alive);
      const look = store.get(META_KEY as IDBValidKey);
      look.onsuccess = () => {
        alive();
        meta = look.result;
        if (!batch.guard) return;
        try {
          if (batch.guard(meta)) send().catch(fail);
          else refuse();
        } catch (cause) {
          fail(cause);
        }
      };
      transaction.onerror = (event) => {
        const { error } = event.target as IDBRequest;
        // A conflict is read from the request: the transaction's own error differs from engine to engine.
        if (error?.name === 'ConstraintError') isRefused = true;
        failure ??= error;
      };
      transaction.oncomplete = () => {
        if (failure) reject(new StorageError('IndexedDB completed a transaction of which a request had failed.'));
        else resolve({ isCommitted: true, meta });
      };
      transaction.onabort = () => {
        if (isRefused) resolve({ isCommitted: false, meta });
        else void this.#failure(transaction.error ?? failure, database, batch).then(reject);
      };
      if (batch.guard) return;
      send().catch(fail);
      // It saves waiting, and only here Firefox can be relied on: it completes a transaction although a request has failed, unless that
      // one was the last before a commit() which is no reaction to another.
      if (requests.length === 1) transaction.commit();
    });
  }

  disconnect(): void {
    this.#generation++;
    this.#connection?.close();
    this.#connection = undefined;
    this.#connecting = undefined;
  }

  onLoss(listener: (loss: StorageLoss) => void): void {
    this.#onLoss = listener;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.disconnect();
  }

  async destroy(): Promise<void> {
    await this.close();
    try {
      await succeeded((await this.#factory()).deleteDatabase(indexedDbName(this.name)));
    } catch (cause) {
      throw indexedDbFailure(cause, 'deleting');
    }
  }

  /** Why a batch was not kept; if for want of room, with what is known of that. */
  async #failure(cause: unknown, database: IDBDatabase, batch: WriteBatch): Promise<TabliteError> {
    if (!isFull(cause)) return indexedDbFailure(cause, 'writing');
    letCleanUp(database);
    return indexedDbFailure(cause, 'writing', { bytes: batchBytes(batch), ...(await this.#estimate()) });
  }

  #begin(database: IDBDatabase, mode: IDBTransactionMode, durability: IDBTransactionDurability | undefined, doing: string): IDBTransaction {
    try {
      return database.transaction(OBJECT_STORE, mode, durability === undefined ? {} : { durability });
    } catch (cause) {
      // InvalidStateError: the connection was closed under us. It is dropped before anybody retries.
      if (this.#connection === database) {
        this.disconnect();
        this.#onLoss('disconnected');
      }
      throw new StorageError(`The connection to IndexedDB was lost (while ${doing}). Nothing was written.`, { cause, wasSent: false });
    }
  }

  #connect(): Promise<IDBDatabase> {
    if (this.#isClosed) return Promise.reject(new StorageError('The storage was closed.'));
    this.#connecting ??= this.#open().catch((cause: unknown) => {
      this.#connecting = undefined;
      throw cause;
    });
    return this.#connecting;
  }

  async #open(): Promise<IDBDatabase> {
    const generation = this.#generation;
    let database: IDBDatabase;
    try {
      database = await this.#createStore(indexedDbName(this.name), OBJECT_STORE)('readonly', (store) => store.transaction.db);
    } catch (cause) {
      if (cause instanceof Error && (cause.name === 'NotFoundError' || cause.name === 'VersionError')) {
        throw new StorageFormatError(
          `IndexedDB already has a database "${indexedDbName(this.name)}" that is not Tablite's. It was left untouched: choose another name.`,
          { cause },
        );
      }
      throw indexedDbFailure(cause, 'opening');
    }
    if (this.#isClosed || generation !== this.#generation) {
      database.close();
      throw new StorageError(this.#isClosed ? 'The storage was closed.' : 'The connection was dropped while it was being opened.', {
        wasSent: false,
      });
    }
    const lose = (loss: StorageLoss) => {
      database.close();
      if (this.#connection !== database) return;
      this.disconnect();
      this.#onLoss(loss);
    };
    // Whoever deletes or upgrades the database waits until every connection is closed.
    database.addEventListener('versionchange', (event) => lose(event.newVersion === null ? 'deleted' : 'disconnected'));
    database.addEventListener('close', () => lose('disconnected'));
    this.#connection = database;
    return database;
  }
}

/** Firefox takes nothing but deletions in the transaction after one for which there was no room: this is that one. */
function letCleanUp(database: IDBDatabase): void {
  try {
    abort(database.transaction(OBJECT_STORE, 'readwrite'));
  } catch {
    // The connection is gone, and its state with it.
  }
}
