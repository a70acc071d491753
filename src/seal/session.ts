import { currentKeyId, type DataKey, type Keyring } from './keyring.js';
import { type OpenProtector, unwrapDataKey, wrapDataKey } from './protector.js';

/** What an unlocked vault holds in memory: keys that no script can read the bytes of. */
export class Session {
  readonly vaultId: string;
  readonly #openByProtector = new Map<string, OpenProtector>();
  readonly #keyById = new Map<string, CryptoKey>();

  constructor(vaultId: string) {
    this.vaultId = vaultId;
  }

  /** Takes in a protector's key, and every data key from under it. @throws {VaultError} `VAULT_DAMAGED` */
  async add(keyring: Keyring, open: OpenProtector): Promise<void> {
    const keys = await Promise.all(
      keyring.dataKeys.map(async (dataKey) => [dataKey.id, await unwrapDataKey(keyring, dataKey, open, false)] as const),
    );
    this.hold(open);
    for (const [id, key] of keys) this.#keyById.set(id, key);
  }

  /** Takes in the key of a protector that the data keys were just put under. */
  hold(open: OpenProtector): void {
    this.#openByProtector.set(open.protector.id, open);
  }

  /** The protector, if its key is at hand here. */
  opened(protectorId: string): OpenProtector | undefined {
    return this.#openByProtector.get(protectorId);
  }

  /**
   * A data key by its id; one that another tab added is taken from under a protector whose key is at hand. What was read before
   * another tab ended a rotation still opens: a key that was at hand once stays so.
   *
   * @returns undefined when it is not to be had.
   * @throws {VaultError} `VAULT_DAMAGED`
   */
  async dataKey(keyring: Keyring, id: string): Promise<CryptoKey | undefined> {
    const known = this.#keyById.get(id);
    if (known) return known;
    const dataKey = keyring.dataKeys.find((each) => each.id === id);
    const open = this.#anyOpen(keyring);
    if (!dataKey || !open) return undefined;
    const key = await unwrapDataKey(keyring, dataKey, open, false);
    this.#keyById.set(id, key);
    return key;
  }

  /** The data keys under one more protector; undefined when the key of none is at hand. */
  async wrapAll(keyring: Keyring, added: OpenProtector): Promise<DataKey[] | undefined> {
    const open = keyring.vaultId === this.vaultId ? this.#anyOpen(keyring) : undefined;
    if (!open) return undefined;
    const wraps = keyring.dataKeys.map(async (dataKey) => {
      const key = await unwrapDataKey(keyring, dataKey, open, true);
      const { wrapByProtector } = await wrapDataKey(keyring.vaultId, dataKey.id, key, [added]);
      return { ...dataKey, wrapByProtector: { ...dataKey.wrapByProtector, ...wrapByProtector } };
    });
    return Promise.all(wraps);
  }

  /** Whether it has, or can get, the key that seals. */
  async keepsUp(keyring: Keyring): Promise<boolean> {
    return keyring.vaultId === this.vaultId && (await this.dataKey(keyring, currentKeyId(keyring))) !== undefined;
  }

  #anyOpen({ protectors }: Keyring): OpenProtector | undefined {
    for (const { id } of protectors) {
      const open = this.#openByProtector.get(id);
      if (open) return open;
    }
    return undefined;
  }
}
