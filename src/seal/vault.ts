import type { SyncResult, WriteOptions } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import type { Clock } from '../store/environment.js';
import type { KeyStore } from './key-store.js';
import type { Place, SealedColumn } from './place.js';
import type { SealedValue } from './sealed-value.js';

/** `absent`: the database has none. `locked`: it has one, and this tab has no key in memory. */
export type VaultState = 'absent' | 'locked' | 'unlocked';

export interface VaultOptions {
  /** Where the key of the device is kept; `indexedDbKeyStore()` by default. */
  readonly keyStore?: KeyStore;
  /** Locks after that many milliseconds in which nothing was sealed or opened; never by default. */
  readonly autoLockMs?: number;
  /** Rounds of PBKDF2-SHA256 for a passphrase: 600,000 by default, and no fewer. Stored with it, raised when it unlocks. */
  readonly rounds?: number;
  /** Timers and the time of day: for tests. */
  readonly clock?: Clock;
}

export interface CreateOptions {
  /** Whether this browser opens the vault by itself, with a key that it keeps; true by default. */
  readonly device?: boolean;
  /** A passphrase that opens it as well, or instead. */
  readonly passphrase?: string;
}

/** What opens a vault: either does, where there are both. */
export interface Protectors {
  /** The key of a device; not necessarily of this one, if the file comes from elsewhere. */
  readonly device: boolean;
  readonly passphrase: boolean;
}

/** A secret to seal, and where it will be stored. */
export interface Secret {
  readonly text: string;
  readonly place: Place;
}

export interface RotationProgress {
  readonly done: number;
  readonly total: number;
}

export interface RotateOptions {
  /** Values resealed in one write; 100 by default. */
  readonly batch?: number;
  readonly onProgress?: (progress: RotationProgress) => void;
}

export interface RotatedValues {
  /** Values that this call sealed anew. */
  readonly resealed: number;
  /** Values of other making, or of another vault, which it left alone. */
  readonly foreign: number;
}

/**
 * What seals and opens the secrets of one database. Its keys are stored in the database, wrapped; unwrapped they are in the
 * memory of one tab, until it locks. What needs them rejects with `VAULT_ABSENT` or `VAULT_LOCKED` when they are not there.
 */
export interface Vault {
  readonly state: VaultState;
  readonly protectors: Protectors;

  /**
   * Makes the vault, in one strict commit, and leaves it unlocked. When another tab makes one at the same time, there is one
   * vault afterwards, and this call succeeds if the protectors it asked for open it. Until it ends, calls in this tab that ask for the
   * same share it, and whatever needs the keys waits for it.
   *
   * @throws {VaultError} `VAULT_EXISTS` {VaultError} `DEVICE_KEY_UNSTORABLE` {VaultError} `PASSPHRASE_EMPTY`
   * @throws {UsageError} when nothing is to protect it.
   */
  create(options?: CreateOptions): Promise<void>;
  /**
   * Unlocks with the passphrase, or without one with the key of this device.
   *
   * @throws {VaultError} `PASSPHRASE_WRONG` {VaultError} `PASSPHRASE_MISSING` {VaultError} `DEVICE_KEY_MISSING`
   * @throws {VaultError} `DEVICE_KEY_UNREADABLE` when the key store fails, or gives no sign of life for 10 seconds.
   * @throws {VaultError} `VAULT_ABSENT` {VaultError} `VAULT_DAMAGED`, or `VAULT_LOCKED` when it was locked meanwhile.
   */
  unlock(options?: { readonly passphrase?: string }): Promise<void>;
  /** Forgets the keys, in this tab. */
  lock(): void;
  /** Calls back with each new state, in this tab. @returns what ends it. */
  onStateChange(callback: (state: VaultState) => void): () => void;

  /** Adds a passphrase, or puts it in the place of the one before. @throws {VaultError} `PASSPHRASE_EMPTY` */
  setPassphrase(passphrase: string): Promise<void>;
  /**
   * Takes the passphrase away; files and `backups()` made before open with it still.
   *
   * @throws {VaultError} `VAULT_LAST_PROTECTOR`, or `DEVICE_KEY_MISSING` {VaultError} `DEVICE_KEY_UNREADABLE` when this browser could not
   * unlock afterwards.
   */
  removePassphrase(): Promise<void>;
  /** Lets this browser unlock by itself. @throws {VaultError} `DEVICE_KEY_UNSTORABLE` {VaultError} `DEVICE_KEY_UNREADABLE` */
  addDevice(): Promise<void>;
  /**
   * Deletes the key of the device. Nothing that it opened opens without a passphrase any more: `backups()` and files made before, and
   * copies of the database in this browser, under whatever name. The disk may hold the key for a while yet, and the data key stays
   * the one that it opened, so rotate afterwards, and replace the secrets themselves.
   *
   * @throws {VaultError} `VAULT_LAST_PROTECTOR`
   */
  removeDevice(): Promise<void>;

  /** Seals a secret for one place. Prefer `write`, which also stores it before its key can be rotated away. @throws {UsageError} */
  seal(text: string, place: Place): Promise<SealedValue>;
  /** The secret. @throws {SealError} when it is not one of this vault and this place. */
  open(value: SealedValue, place: Place): Promise<string>;
  /**
   * Seals secrets, then stores them by `change`, in one write that is strict unless told otherwise. When the data key was rotated in
   * between, they are sealed and `change` runs again: nothing is stored under a key that is gone. Throws as `Database.write` does.
   */
  write<Result>(
    secrets: readonly Secret[],
    change: (tx: Transaction, sealed: readonly SealedValue[]) => SyncResult<Result>,
    options?: WriteOptions,
  ): Promise<Result>;

  /**
   * Makes a new data key and seals every value of the columns with it; then the old key is deleted. Every value opens at every
   * moment; a rotation that was interrupted is finished by the next call. All columns of sealed values must be named; those that the
   * database does not have are passed over.
   *
   * @throws {VaultError} `PASSPHRASE_MISSING` {VaultError} `DEVICE_KEY_MISSING` {VaultError} `DEVICE_KEY_UNREADABLE` when a protector is not
   * at hand to wrap the new key.
   * @throws {SealError} `SEAL_TAMPERED` at the end, when a value did not open, or its row has no key to be told by; the others are done.
   * @throws {UsageError} when another column holds values of the old key, a column that is named as a primary key is not there, or a
   * trigger puts values back again and again.
   */
  rotate(columns: readonly SealedColumn[], options?: RotateOptions): Promise<RotatedValues>;
  /**
   * Deletes the vault: its keys, in one strict commit, and the key of this device, which copies of the database in this browser need
   * as well. Nothing that it has sealed ever opens again, but in files and backups made before, with the passphrase that they had.
   * What has the name of the vault's table and cannot be read is deleted too; the key of the device stays then.
   */
  destroy(): Promise<void>;
  /** Locks, and ends every timer and subscription. */
  close(): void;
}
