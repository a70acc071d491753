import { VaultError } from '../errors/seal-error.js';
import type { Clock } from '../store/environment.js';
import { callSafely } from '../store/subscriptions.js';
import { AutoLock } from './auto-lock.js';
import type { Session } from './session.js';
import type { VaultState } from './vault.js';

export interface VaultLockOptions {
  /** The state of the vault while it has no keys in memory. */
  readonly stateWithoutKeys: () => VaultState;
  readonly autoLockMs: number | undefined;
  readonly clock: Clock;
}

/** The keys of a vault in the memory of this tab, for as long as it is unlocked; it tells whoever listens of each new state. */
export class VaultLock {
  readonly #stateWithoutKeys: () => VaultState;
  readonly #autoLock: AutoLock;
  readonly #listeners = new Set<(state: VaultState) => void>();
  #session: Session | undefined;
  #announced: VaultState;
  /** Grows with each locking: an unlocking that is overtaken by one ends without keys. */
  #lockings = 0;
  #isQuiet = false;

  /** @throws {UsageError} for a time of auto-lock that cannot be used. */
  constructor({ stateWithoutKeys, autoLockMs, clock }: VaultLockOptions) {
    this.#stateWithoutKeys = stateWithoutKeys;
    this.#autoLock = new AutoLock(() => this.lock(), autoLockMs, clock);
    this.#announced = this.state;
  }

  get state(): VaultState {
    return this.#session && !this.#autoLock.isDue ? 'unlocked' : this.#stateWithoutKeys();
  }

  /** What was unlocked, for whatever uses it now: the time of auto-lock begins anew. */
  use(): Session | undefined {
    if (this.#autoLock.isDue) this.lock();
    if (this.#session) this.#autoLock.restart();
    return this.#session;
  }

  /** What was unlocked, for whatever looks at it only. */
  get session(): Session | undefined {
    return this.#session;
  }

  /**
   * Begins an unlocking. @returns what ends it with the keys that were opened, and throws `VAULT_LOCKED` when it was locked meanwhile.
   */
  beginUnlocking(): (session: Session) => void {
    const lockings = this.#lockings;
    return (session) => {
      if (lockings !== this.#lockings)
        throw new VaultError('VAULT_LOCKED', 'The vault was locked while it was being unlocked. Unlock it again.');
      this.#session = session;
      this.#autoLock.restart();
      this.announce();
    };
  }

  lock(): void {
    this.#lockings++;
    this.#session = undefined;
    this.#autoLock.stop();
    this.announce();
  }

  /** Tells of the state, if it is another than the last that was told of. */
  announce(): void {
    const { state } = this;
    if (this.#isQuiet || state === this.#announced) return;
    this.#announced = state;
    for (const listener of [...this.#listeners]) callSafely(() => listener(state));
  }

  /** Does `work`, which goes through states that nobody is to be told of; only the last is. */
  async quietly(work: () => Promise<void>): Promise<void> {
    this.#isQuiet = true;
    try {
      await work();
    } finally {
      this.#isQuiet = false;
      this.announce();
    }
  }

  /** Calls back with each new state. @returns what ends it. */
  listen(callback: (state: VaultState) => void): () => void {
    // A function of its own, so that one callback may be given twice.
    const listener = (state: VaultState) => callback(state);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Locks, and tells nobody anything after it. */
  close(): void {
    this.lock();
    this.#listeners.clear();
  }
}
