import { VaultError } from '../errors/seal-error.js';
import type { Clock } from '../store/environment.js';
import { Watchdog } from '../store/watchdog.js';
import type { KeyStore } from './key-store.js';

/** A key store whose every promise settles: it may be an app's own, and a browser's may show no sign of life. */
export class WatchedKeyStore implements KeyStore {
  readonly #inner: KeyStore;
  readonly #watchdog: Watchdog;

  constructor(inner: KeyStore, clock: Clock) {
    this.#inner = inner;
    this.#watchdog = new Watchdog(clock);
  }

  /** @throws {VaultError} `DEVICE_KEY_UNREADABLE` */
  async get(id: string): Promise<CryptoKey | undefined> {
    try {
      return await this.#watchdog.watch('the key of the device was read', async () => this.#inner.get(id));
    } catch (cause) {
      throw unreadable(cause);
    }
  }

  /** @throws {VaultError} `DEVICE_KEY_UNSTORABLE` */
  async set(id: string, key: CryptoKey): Promise<void> {
    try {
      await this.#watchdog.watch('the key of the device was stored', async () => this.#inner.set(id, key));
    } catch (cause) {
      throw unstorable({ cause });
    }
  }

  /** Never rejects: a key that stays behind opens nothing. */
  async delete(id: string): Promise<void> {
    await this.#watchdog.watch('the key of the device was deleted', async () => this.#inner.delete(id)).catch(() => undefined);
  }
}

export function unstorable(options?: ErrorOptions): VaultError {
  return new VaultError(
    'DEVICE_KEY_UNSTORABLE',
    'The key of a device is not kept here, as in some private modes, and in Node. Use a passphrase instead: create({ device: false, passphrase }); or in tests a keyStore: memoryKeyStore().',
    options,
  );
}

function unreadable(cause: unknown): VaultError {
  return new VaultError(
    'DEVICE_KEY_UNREADABLE',
    'The key of the device could not be read: the storage that keeps it failed, or gave no answer. Try again, or call unlock({ passphrase }) if the vault has one.',
    { cause },
  );
}
