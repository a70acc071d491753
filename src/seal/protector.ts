import { VaultError } from '../errors/seal-error.js';
import { fromBase64Url, toBase64Url } from './base64url.js';
import { decryptText, encryptText, newWrappingKey, randomId, unwrapKey, wrapKey, wrappingKeyOf } from './cipher.js';
import { type DataKey, type DeviceProtector, damaged, type Keyring, type PassphraseProtector, type Protector } from './keyring.js';
import { unstorable, type WatchedKeyStore } from './watched-key-store.js';

const SALT_BYTES = 16;
const CONSTANT = 'tablite';

/** A protector with its key at hand. */
export interface OpenProtector<Of extends Protector = Protector> {
  readonly protector: Of;
  readonly key: CryptoKey;
}

/** A protector from a passphrase, with a fresh salt. */
export async function newPassphrase(vaultId: string, passphrase: string, rounds: number): Promise<OpenProtector<PassphraseProtector>> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await wrappingKeyOf(passphrase, salt, rounds);
  const id = randomId();
  return { protector: { kind: 'passphrase', id, check: await newCheck(key, vaultId, id), salt: toBase64Url(salt), rounds }, key };
}

/**
 * A device key, stored and proven to come back usable: some browsers refuse to store keys, or lose them, in private modes.
 *
 * @throws {VaultError} `DEVICE_KEY_UNSTORABLE`
 */
export async function newDevice(vaultId: string, store: WatchedKeyStore): Promise<OpenProtector<DeviceProtector>> {
  const id = randomId();
  const made = await newWrappingKey();
  const protector: DeviceProtector = { kind: 'device', id, check: await newCheck(made, vaultId, id) };
  try {
    await store.set(id, made);
    const key = await store.get(id);
    if (key && (await passesCheck(vaultId, { protector, key }))) return { protector, key };
    throw unstorable();
  } catch (thrown) {
    await store.delete(id);
    throw thrown instanceof VaultError && thrown.code === 'DEVICE_KEY_UNSTORABLE' ? thrown : unstorable({ cause: thrown });
  }
}

/** The key of a passphrase, proven. @throws {VaultError} `PASSPHRASE_WRONG` {VaultError} `VAULT_DAMAGED` */
export async function openPassphrase(keyring: Keyring, protector: PassphraseProtector, passphrase: string): Promise<OpenProtector> {
  const salt = fromBase64Url(protector.salt);
  if (!salt) throw damaged('the salt is not base64url');
  const open = { protector, key: await wrappingKeyOf(passphrase, salt, protector.rounds) };
  if (await proves(keyring, open)) return open;
  throw new VaultError(
    'PASSPHRASE_WRONG',
    'The passphrase does not open the vault. Check for capital letters and the keyboard, and try again.',
  );
}

/**
 * The device key that this browser has, proven; undefined when it has none.
 *
 * @throws {VaultError} `VAULT_DAMAGED` {VaultError} `DEVICE_KEY_UNREADABLE`
 */
export async function openDevice(keyring: Keyring, protector: DeviceProtector, store: WatchedKeyStore): Promise<OpenProtector | undefined> {
  const key = await store.get(protector.id);
  if (!key) return undefined;
  const open = { protector, key };
  let cause: unknown;
  try {
    if (await proves(keyring, open)) return open;
  } catch (thrown) {
    if (thrown instanceof VaultError) throw thrown;
    // What came back is no key, or one of another use.
    cause = thrown;
  }
  throw damaged('the device key of this browser does not fit them', { cause });
}

/** A data key, put under each of the protectors. */
export async function wrapDataKey(vaultId: string, id: string, key: CryptoKey, protectors: readonly OpenProtector[]): Promise<DataKey> {
  const wraps = protectors.map(async ({ protector, key: under }) => [
    protector.id,
    await wrapKey(key, under, wrapBound(vaultId, protector.id, id)),
  ]);
  return { id, wrapByProtector: Object.fromEntries(await Promise.all(wraps)) };
}

/** A data key taken from under one protector. @throws {VaultError} `VAULT_DAMAGED` */
export async function unwrapDataKey(keyring: Keyring, dataKey: DataKey, open: OpenProtector, extractable: boolean): Promise<CryptoKey> {
  const key = await tryUnwrap(keyring, dataKey, open, extractable);
  if (!key) throw damaged('a data key does not open under a key that fits');
  return key;
}

/** Whether the key is the protector's. A check that fails while a wrap opens is itself what is damaged. */
async function proves(keyring: Keyring, open: OpenProtector): Promise<boolean> {
  if (await passesCheck(keyring.vaultId, open)) return true;
  const unwrapped = await Promise.all(keyring.dataKeys.map((dataKey) => tryUnwrap(keyring, dataKey, open, false)));
  if (unwrapped.some((key) => key)) throw damaged('the check of a key does not open, although the key fits');
  return false;
}

async function passesCheck(vaultId: string, { protector, key }: OpenProtector): Promise<boolean> {
  return (await decryptText(key, protector.check, checkBound(vaultId, protector.id))) === CONSTANT;
}

async function tryUnwrap(
  { vaultId }: Keyring,
  dataKey: DataKey,
  open: OpenProtector,
  extractable: boolean,
): Promise<CryptoKey | undefined> {
  const wrap = dataKey.wrapByProtector[open.protector.id];
  return wrap && unwrapKey(wrap, open.key, { bound: wrapBound(vaultId, open.protector.id, dataKey.id), extractable });
}

function newCheck(key: CryptoKey, vaultId: string, id: string): Promise<DeviceProtector['check']> {
  return encryptText(key, CONSTANT, checkBound(vaultId, id));
}

function checkBound(vaultId: string, protectorId: string): string[] {
  return ['tablite key check 1', vaultId, protectorId];
}

function wrapBound(vaultId: string, protectorId: string, dataKeyId: string): string[] {
  return ['tablite data key 1', vaultId, protectorId, dataKeyId];
}
