import { ClosedError } from '../errors/database-error.js';
import { StorageError } from '../errors/storage-error.js';
import type { ReadRequest, Storage, WriteBatch, WriteOutcome } from '../storage/storage.js';
import type { Clock } from './environment.js';
import { isSameMeta, type Meta, parseMeta } from './meta.js';
import { Watchdog } from './watchdog.js';

/** What became of a batch that was sent on a condition: `overtaken` when the meta record had changed, `taken` when a key was there. */
export type ConditionalOutcome = 'committed' | 'overtaken' | 'taken';

/** A storage whose requests are watched, and which is known to hold the store that was opened, and no other. */
export class WatchedStorage {
  readonly storage: Storage;
  readonly #clock: Clock;
  readonly #watchdog: Watchdog;
  readonly #identity: { storeId: string };

  constructor(storage: Storage, clock: Clock, identity: { storeId: string } = { storeId: '' }) {
    this.storage = storage;
    this.#clock = clock;
    this.#watchdog = new Watchdog(clock);
    this.#identity = identity;
  }

  /** Empty until a meta record was recognised. */
  get storeId(): string {
    return this.#identity.storeId;
  }

  /**
   * The same for whoever works beside the turns of the store: it opens no connection. Only the store does, which looks at what is
   * there before it writes.
   */
  beside(): WatchedStorage {
    return new WatchedStorage(withoutConnecting(this.storage), this.#clock, this.#identity);
  }

  /**
   * The meta record as it was read. The first one says what store this is.
   *
   * @throws {ClosedError} when this is no longer the store that was opened.
   * @throws {StorageFormatError} {CorruptionError} when it cannot be read.
   */
  recognise(stored: unknown): Meta {
    if (stored === undefined && this.storeId !== '') throw new ClosedError('The stored database was deleted while it was open.');
    const meta = parseMeta(stored);
    if (this.storeId === '') this.#identity.storeId = meta.storeId;
    if (meta.storeId !== this.storeId)
      throw new ClosedError('The stored database was deleted and made anew while this one was open. Open it again.');
    return meta;
  }

  /** `doing` says in an error what it was. @throws {StorageError} */
  read(doing: string, requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#watchdog.watch(doing, (alive) => this.storage.read(requests, alive));
  }

  /** @throws {StorageError} */
  write(doing: string, batch: WriteBatch): Promise<WriteOutcome> {
    return this.#watchdog.watch(doing, (alive) => this.storage.write(batch, alive));
  }

  /** Writes a batch if the base and the backups are still those of `meta`. @throws {StorageError} */
  async writeOnto(meta: Meta, doing: string, batch: Omit<WriteBatch, 'guard'>): Promise<ConditionalOutcome> {
    let isOvertaken = false;
    const guard = (stored: unknown) => {
      isOvertaken = !isSameMeta(this.recognise(stored), meta);
      return !isOvertaken;
    };
    const { isCommitted } = await this.write(doing, { ...batch, guard });
    if (isCommitted) return 'committed';
    return isOvertaken ? 'overtaken' : 'taken';
  }
}

function withoutConnecting(storage: Storage): Storage {
  return {
    name: storage.name,
    kind: storage.kind,
    read: async (requests, alive) => {
      if (storage.isConnected !== false) return storage.read(requests, alive);
      throw new StorageError('There is no connection to the storage at the moment.', { wasSent: false });
    },
    write: (batch, alive) => storage.write(batch, alive),
    disconnect: () => storage.disconnect(),
    onLoss: (listener) => storage.onLoss(listener),
    close: () => storage.close(),
    destroy: () => storage.destroy(),
  };
}
