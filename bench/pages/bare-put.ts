const PAGE_BYTES = 4096;
const STORE = 'pages';

/** The least that a durable write can be: one page under a new key, in a transaction and an object store of its own. */
export class BarePut {
  readonly #database: IDBDatabase;
  readonly #page = crypto.getRandomValues(new Uint8Array(PAGE_BYTES));
  #next = 0;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static open(): Promise<BarePut> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(`bare-${crypto.randomUUID()}`, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(new BarePut(request.result));
      request.onerror = () => reject(request.error);
    });
  }

  put(durability: IDBTransactionDurability): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, 'readwrite', { durability });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.objectStore(STORE).put(this.#page, this.#next++);
      transaction.commit();
    });
  }
}
