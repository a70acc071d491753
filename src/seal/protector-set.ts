import { UsageError } from '../errors/database-error.js';
import { VaultError } from '../errors/seal-error.js';
import { UnknownOutcomeError } from '../errors/storage-error.js';
import { newDataKey, randomId } from './cipher.js';
import { type DataKey, type Keyring, type Protector, protectorOf, withoutProtector, withProtector } from './keyring.js';
import type { KeyringTable } from './keyring-table.js';
import { newDevice, newPassphrase, type OpenProtector, openDevice, openPassphrase, wrapDataKey } from './protector.js';
import { Session } from './session.js';
import type { CreateOptions } from './vault.js';
import type { WatchedKeyStore } from './watched-key-store.js';

export interface ProtectorSetParts {
  readonly table: KeyringTable;
  readonly keyStore: WatchedKeyStore;
  readonly rounds: number;
}

/** What opens a vault, and how that is changed. Every change is one strict commit. */
export class ProtectorSet {
  readonly #table: KeyringTable;
  readonly #keyStore: WatchedKeyStore;
  readonly #rounds: number;

  constructor({ table, keyStore, rounds }: ProtectorSetParts) {
    this.#table = table;
    this.#keyStore = keyStore;
    this.#rounds = rounds;
  }

  /** Makes the vault; undefined when another tab made it first. */
  async create({ device = true, passphrase }: CreateOptions): Promise<Session | undefined> {
    if (!device && passphrase === undefined)
      throw new UsageError('create() needs something to protect the vault: the key of the device, a passphrase, or both.');
    const vaultId = randomId();
    const opened: OpenProtector[] = [];
    if (passphrase !== undefined) opened.push(await newPassphrase(vaultId, accepted(passphrase), this.#rounds));
    if (!device) return this.#store(vaultId, opened);
    const made = await newDevice(vaultId, this.#keyStore);
    const session = await this.#orDiscard(made, this.#store(vaultId, [...opened, made]));
    if (!session) await this.#keyStore.delete(made.protector.id);
    return session;
  }

  /** The protector that a passphrase opens, or that this device does. */
  async open(keyring: Keyring, passphrase: string | undefined): Promise<OpenProtector> {
    const byPassphrase = protectorOf(keyring, 'passphrase');
    if (passphrase !== undefined) {
      if (byPassphrase) return openPassphrase(keyring, byPassphrase, accepted(passphrase));
      throw new VaultError('PASSPHRASE_MISSING', 'The vault has no passphrase. Call unlock() without one, for the key of this device.');
    }
    const byDevice = protectorOf(keyring, 'device');
    if (!byDevice)
      throw new VaultError('PASSPHRASE_MISSING', 'The vault opens with its passphrase only. Ask for it, and call unlock({ passphrase }).');
    const open = await openDevice(keyring, byDevice, this.#keyStore);
    if (!open) throw deviceKeyMissing(byPassphrase !== undefined);
    return open;
  }

  /** Puts a passphrase in the place of the one before, if there was one. */
  async setPassphrase(session: Session, passphrase: string): Promise<void> {
    const added = await newPassphrase(session.vaultId, accepted(passphrase), this.#rounds);
    await this.#table.change((keyring) => protect(session, keyring, added));
    session.hold(added);
  }

  /** Makes a stored passphrase cost what one that is set now does, unless another tab has put a new one in its place. */
  async raiseRounds(session: Session, { protector }: OpenProtector, passphrase: string): Promise<void> {
    if (protector.kind !== 'passphrase' || protector.rounds >= this.#rounds) return;
    const added = await newPassphrase(session.vaultId, passphrase, this.#rounds);
    await this.#table.change(async (keyring) =>
      protectorOf(keyring, 'passphrase')?.id === protector.id ? protect(session, keyring, added) : undefined,
    );
    session.hold(added);
  }

  async removePassphrase(): Promise<void> {
    await this.#table.change(async (keyring) => {
      if (!protectorOf(keyring, 'passphrase')) return undefined;
      const device = protectorOf(keyring, 'device');
      if (!device) throw lastProtector('passphrase', 'addDevice()');
      // The device may be another one, that the file comes from.
      if (!(await openDevice(keyring, device, this.#keyStore))) throw deviceKeyMissing(true);
      return withoutProtector(keyring, 'passphrase');
    });
  }

  async addDevice(session: Session): Promise<void> {
    const isHere = async (keyring: Keyring): Promise<boolean> => {
      const device = protectorOf(keyring, 'device');
      return device !== undefined && (await openDevice(keyring, device, this.#keyStore)) !== undefined;
    };
    if (await isHere(this.#table.expect())) return;
    const made = await newDevice(session.vaultId, this.#keyStore);
    let isNeeded = true;
    const adding = this.#table.change(async (keyring) => {
      isNeeded = !(await isHere(keyring));
      return isNeeded ? protect(session, keyring, made) : undefined;
    });
    await this.#orDiscard(made, adding);
    if (isNeeded) session.hold(made);
    else await this.#keyStore.delete(made.protector.id);
  }

  async removeDevice(): Promise<void> {
    let removed: Protector | undefined;
    await this.#table.change(async (keyring) => {
      removed = protectorOf(keyring, 'device');
      if (!removed) return undefined;
      if (!protectorOf(keyring, 'passphrase')) throw lastProtector('device', 'setPassphrase()');
      return withoutProtector(keyring, 'device');
    });
    if (removed) await this.#keyStore.delete(removed.id);
  }

  /** Deletes the keyring, and of the protectors in it the key of this device. Of one that cannot be read, that one stays. */
  async destroy(keyring: Keyring | undefined): Promise<void> {
    await this.#table.remove();
    const device = keyring && protectorOf(keyring, 'device');
    if (device) await this.#keyStore.delete(device.id);
  }

  /** A data key under every protector, each of which must be at hand. */
  async newDataKey(session: Session, keyring: Keyring): Promise<DataKey> {
    const atHand = keyring.protectors.map((protector) => session.opened(protector.id) ?? this.#fetch(keyring, protector));
    const opened = await Promise.all(atHand);
    return wrapDataKey(keyring.vaultId, randomId(), await newDataKey(), opened);
  }

  /** A protector that this tab has not unlocked with, if it needs no prompt. */
  async #fetch(keyring: Keyring, protector: Protector): Promise<OpenProtector> {
    if (protector.kind === 'passphrase')
      throw new VaultError(
        'PASSPHRASE_MISSING',
        'The new data key is to be put under the passphrase as well. Call unlock({ passphrase }) first.',
      );
    const open = await openDevice(keyring, protector, this.#keyStore);
    if (open) return open;
    throw new VaultError(
      'DEVICE_KEY_MISSING',
      'The new data key is to be put under the key of the device as well, which this browser does not have. Call addDevice() or removeDevice() first.',
    );
  }

  async #store(vaultId: string, opened: readonly OpenProtector[]): Promise<Session | undefined> {
    const dataKey = await wrapDataKey(vaultId, randomId(), await newDataKey(), opened);
    const keyring = { vaultId, protectors: opened.map(({ protector }) => protector), dataKeys: [dataKey] };
    if (!(await this.#table.create(keyring))) return undefined;
    const session = new Session(vaultId);
    for (const open of opened) await session.add(keyring, open);
    return session;
  }

  /** A device key whose protector was not stored is of no use; one whose protector may have been is kept. */
  async #orDiscard<Result>({ protector }: OpenProtector, storing: Promise<Result>): Promise<Result> {
    try {
      return await storing;
    } catch (thrown) {
      if (!(thrown instanceof UnknownOutcomeError)) await this.#keyStore.delete(protector.id);
      throw thrown;
    }
  }
}

/** This tab has no key any more that opens what another tab stored. */
export function lockedOut(): VaultError {
  return new VaultError('VAULT_LOCKED', 'Another tab changed what opens the vault, and this one no longer can. Unlock it again.');
}

async function protect(session: Session, keyring: Keyring, added: OpenProtector): Promise<Keyring> {
  const dataKeys = await session.wrapAll(keyring, added);
  if (!dataKeys) throw lockedOut();
  return withProtector({ ...keyring, dataKeys }, added.protector);
}

function accepted(passphrase: unknown): string {
  if (typeof passphrase !== 'string') throw new UsageError('passphrase is to be a text.');
  if (passphrase === '') throw new VaultError('PASSPHRASE_EMPTY', 'The passphrase is empty. Ask for one of several words.');
  return passphrase;
}

function lastProtector(kind: Protector['kind'], instead: string): VaultError {
  const what = kind === 'device' ? 'key of the device' : 'passphrase';
  return new VaultError('VAULT_LAST_PROTECTOR', `Nothing but the ${what} opens the vault. Call ${instead} first, then remove it.`);
}

function deviceKeyMissing(hasPassphrase: boolean): VaultError {
  const advice = hasPassphrase
    ? 'Ask for the passphrase, call unlock({ passphrase }), then addDevice().'
    : 'Nothing else opens the secrets: import a file whose vault has a passphrase, or enter them again.';
  return new VaultError(
    'DEVICE_KEY_MISSING',
    `This browser does not have the key of the device: its storage was cleared, or the file comes from another browser. ${advice}`,
  );
}
