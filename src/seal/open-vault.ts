import type { Database, SyncResult, WriteOptions } from '../database/database.js';
import { refusePromise, type Transaction } from '../engine/transaction.js';
import { ClosedError, UsageError } from '../errors/database-error.js';
import { VaultError } from '../errors/seal-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { platformClock } from '../store/environment.js';
import { subtleCrypto } from './cipher.js';
import { indexedDbKeyStore } from './indexeddb-key-store.js';
import { currentKeyId, type Keyring, LEAST_ROUNDS, MOST_ROUNDS, protectorOf } from './keyring.js';
import { KeyringTable } from './keyring-table.js';
import { PendingCreation } from './pending-creation.js';
import type { Place, SealedColumn } from './place.js';
import { lockedOut, ProtectorSet } from './protector-set.js';
import { rotate } from './rotation.js';
import type { SealedValue } from './sealed-value.js';
import { openText, partsToOpen, type SealingKey, sealText, unknownKey } from './sealing.js';
import { Session } from './session.js';
import type { CreateOptions, Protectors, RotatedValues, RotateOptions, Secret, Vault, VaultOptions, VaultState } from './vault.js';
import { VaultLock } from './vault-lock.js';
import { WatchedKeyStore } from './watched-key-store.js';

/**
 * The vault of a database: absent, or locked. Each tab opens one of its own, and closes it before the database.
 *
 * @throws {UsageError} for options that cannot be used.
 */
export function openVault(database: Database, options: VaultOptions = {}): Vault {
  return new DatabaseVault(database, options);
}

class DatabaseVault implements Vault {
  readonly #database: Database;
  readonly #table: KeyringTable;
  readonly #protectors: ProtectorSet;
  readonly #lock: VaultLock;
  readonly #creation = new PendingCreation();
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(database: Database, options: VaultOptions) {
    const { keyStore = indexedDbKeyStore(), autoLockMs, rounds = LEAST_ROUNDS, clock = platformClock } = options;
    if (!Number.isInteger(rounds) || rounds < LEAST_ROUNDS || rounds > MOST_ROUNDS)
      throw new UsageError(`rounds is to be a whole number from ${LEAST_ROUNDS} to ${MOST_ROUNDS}.`);
    this.#database = database;
    this.#table = new KeyringTable(database);
    this.#protectors = new ProtectorSet({ table: this.#table, keyStore: new WatchedKeyStore(keyStore, clock), rounds });
    const stateWithoutKeys = () => (this.#isClosed || this.#hasKeyring() ? 'locked' : 'absent');
    this.#lock = new VaultLock({ stateWithoutKeys, autoLockMs, clock });
    this.#unsubscribe = database.subscribe([KEYS_TABLE], () => void this.#follow());
  }

  get state(): VaultState {
    return this.#lock.state;
  }

  get protectors(): Protectors {
    const keyring = this.#isClosed ? undefined : this.#readable();
    const has = (kind: 'device' | 'passphrase') => keyring !== undefined && protectorOf(keyring, kind) !== undefined;
    return { device: has('device'), passphrase: has('passphrase') };
  }

  create(options: CreateOptions = {}): Promise<void> {
    // Its keys are stored, and so seen, before it is unlocked: nobody is told of a vault that is locked in between.
    return this.#creation.run(options, () => this.#lock.quietly(() => this.#create(options)));
  }

  async unlock({ passphrase }: { readonly passphrase?: string } = {}): Promise<void> {
    const creation = this.#creation.end;
    if (creation) await creation;
    await this.#unlock(passphrase);
  }

  lock(): void {
    this.#lock.lock();
  }

  onStateChange(callback: (state: VaultState) => void): () => void {
    return this.#lock.listen(callback);
  }

  setPassphrase(passphrase: string): Promise<void> {
    return this.#unlocked((session) => this.#protectors.setPassphrase(session, passphrase));
  }

  removePassphrase(): Promise<void> {
    return this.#unlocked(() => this.#protectors.removePassphrase());
  }

  addDevice(): Promise<void> {
    return this.#unlocked((session) => this.#protectors.addDevice(session));
  }

  removeDevice(): Promise<void> {
    return this.#unlocked(() => this.#protectors.removeDevice());
  }

  async destroy(): Promise<void> {
    await this.#creation.end;
    this.#refuseClosed();
    await this.#protectors.destroy(this.#readable());
    this.lock();
  }

  seal(text: string, place: Place): Promise<SealedValue> {
    return this.#unlocked(async (session, keyring) => sealText(await sealingKey(session, keyring), text, place));
  }

  open(value: SealedValue, place: Place): Promise<string> {
    return this.#unlocked(async (session, keyring) => {
      const { keyId } = partsToOpen(value, place);
      const key = await session.dataKey(keyring, keyId);
      if (key) return openText({ vaultId: keyring.vaultId, keyId, key }, value, place);
      throw keyring.dataKeys.some(({ id }) => id === keyId) ? lockedOut() : unknownKey(place);
    });
  }

  async write<Result>(
    secrets: readonly Secret[],
    change: (tx: Transaction, sealed: readonly SealedValue[]) => SyncResult<Result>,
    options?: WriteOptions,
  ): Promise<Result> {
    for (;;) {
      const { keyId, sealed } = await this.#unlocked(async (session, keyring) => {
        const sealing = await sealingKey(session, keyring);
        return { keyId: sealing.keyId, sealed: await Promise.all(secrets.map(({ text, place }) => sealText(sealing, text, place))) };
      });
      const changeUnlessRotated = (tx: Transaction): { readonly result: SyncResult<Result> } | undefined => {
        if (currentKeyId(this.#table.expect(tx)) !== keyId) return undefined;
        const result = change(tx, sealed);
        refusePromise(result, 'write()');
        return { result };
      };
      const outcome = await this.#database.write(changeUnlessRotated, { durability: 'strict', ...options });
      if (outcome) return outcome.result;
    }
  }

  rotate(columns: readonly SealedColumn[], options?: RotateOptions): Promise<RotatedValues> {
    return this.#unlocked((session) => {
      const newDataKey = (keyring: Keyring) => this.#protectors.newDataKey(session, keyring);
      return rotate({ database: this.#database, table: this.#table, vault: this, newDataKey }, columns, options);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#unsubscribe();
    this.#lock.close();
    this.#isClosed = true;
  }

  /** Does what needs the keys. What ends after the vault was locked is not given out. */
  async #unlocked<Result>(work: (session: Session, keyring: Keyring) => Promise<Result>): Promise<Result> {
    const creation = this.#creation.end;
    if (creation) await creation;
    this.#refuseClosed();
    const keyring = this.#table.expect();
    const session = this.#lock.use();
    if (!session) throw locked();
    try {
      if (session.vaultId !== keyring.vaultId) throw lockedOut();
      const result = await work(session, keyring);
      if (this.#lock.session !== session) throw locked();
      return result;
    } catch (thrown) {
      if (thrown instanceof VaultError && thrown.code === 'VAULT_LOCKED' && this.#lock.session === session) this.lock();
      throw thrown;
    }
  }

  async #create(options: CreateOptions): Promise<void> {
    this.#refuseClosed();
    subtleCrypto();
    if (this.#table.read()) throw exists();
    const unlockWith = this.#lock.beginUnlocking();
    const session = await this.#protectors.create(options);
    if (session) unlockWith(session);
    else await this.#adopt(options);
  }

  async #unlock(passphrase: string | undefined): Promise<void> {
    this.#refuseClosed();
    subtleCrypto();
    const unlockWith = this.#lock.beginUnlocking();
    const keyring = this.#table.expect();
    const open = await this.#protectors.open(keyring, passphrase);
    const { session: before } = this.#lock;
    const session = before?.vaultId === keyring.vaultId ? before : new Session(keyring.vaultId);
    await session.add(keyring, open);
    unlockWith(session);
    // The passphrase opened the vault, whether or not it can be stored better: it is tried again at the next unlocking.
    if (passphrase !== undefined) await this.#protectors.raiseRounds(session, open, passphrase).catch(() => undefined);
  }

  /** Another tab made the vault first: it is this call's as well, if everything that this call asked for opens it. */
  async #adopt({ device = true, passphrase }: CreateOptions): Promise<void> {
    try {
      if (passphrase !== undefined) await this.#unlock(passphrase);
      if (device) await this.#unlock(undefined);
    } catch (cause) {
      this.lock();
      if (cause instanceof VaultError) throw exists({ cause });
      throw cause;
    }
  }

  /** The keys changed, here or in another tab: they are followed, or the vault locks. */
  async #follow(): Promise<void> {
    const { session } = this.#lock;
    if (session) {
      const keepsUp = await this.#keepsUp(session).catch(() => false);
      if (!keepsUp && this.#lock.session === session) this.lock();
    }
    this.#lock.announce();
  }

  async #keepsUp(session: Session): Promise<boolean> {
    const keyring = this.#table.read();
    return keyring !== undefined && session.keepsUp(keyring);
  }

  /** What cannot be read is there all the same: whatever needs it tells what is wrong. */
  #hasKeyring(): boolean {
    try {
      return this.#table.read() !== undefined;
    } catch {
      return true;
    }
  }

  #readable(): Keyring | undefined {
    try {
      return this.#table.read();
    } catch {
      return undefined;
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new ClosedError('The vault was closed. Open it again with openVault().');
  }
}

async function sealingKey(session: Session, keyring: Keyring): Promise<SealingKey> {
  const keyId = currentKeyId(keyring);
  const key = await session.dataKey(keyring, keyId);
  if (!key) throw lockedOut();
  return { vaultId: keyring.vaultId, keyId, key };
}

function locked(): VaultError {
  return new VaultError('VAULT_LOCKED', 'The vault is locked. Call unlock() first.');
}

function exists(options?: ErrorOptions): VaultError {
  return new VaultError('VAULT_EXISTS', 'The database has a vault already. Call unlock() to use it.', options);
}
