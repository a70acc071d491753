import { VaultError } from '../errors/seal-error.js';
import type { Ciphertext } from './cipher.js';

/** PBKDF2-SHA256 below this is guessed too fast: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
export const LEAST_ROUNDS = 600_000;
/** A file from elsewhere could ask for more, and so hold the page up for ever. */
export const MOST_ROUNDS = 20_000_000;

const FORMAT = 1;
const ID = /^[0-9a-f]{32}$/;
const SALT = /^[\w-]{22}$/;

/** The device key, which the key store has under `id`. */
export interface DeviceProtector {
  readonly kind: 'device';
  readonly id: string;
  /** A constant under the key: tells a wrong key from a damaged wrap. */
  readonly check: Ciphertext;
}

/** The key that a passphrase gives with this salt and these rounds of PBKDF2-SHA256. */
export interface PassphraseProtector {
  readonly kind: 'passphrase';
  readonly id: string;
  readonly check: Ciphertext;
  /** 16 random bytes in base64url. */
  readonly salt: string;
  readonly rounds: number;
}

export type Protector = DeviceProtector | PassphraseProtector;

/** A data key, once under each protector. */
export interface DataKey {
  readonly id: string;
  readonly wrapByProtector: Readonly<Record<string, Ciphertext>>;
}

/** All that a database keeps of its vault. None of it is secret; who changes it makes secrets unreadable, and no more. */
export interface Keyring {
  /** Bound into every sealed value, so that it is of this vault in whatever file. */
  readonly vaultId: string;
  /** At most one of each kind, and at least one. */
  readonly protectors: readonly Protector[];
  /** The last one seals; while a rotation is under way, those before it still open what they sealed. */
  readonly dataKeys: readonly DataKey[];
}

/** The protector of a kind, or undefined. */
export function protectorOf<Kind extends Protector['kind']>(keyring: Keyring, kind: Kind): Extract<Protector, { kind: Kind }> | undefined {
  const isOfKind = (protector: Protector): protector is Extract<Protector, { kind: Kind }> => protector.kind === kind;
  return keyring.protectors.find(isOfKind);
}

/** The id of the data key that seals. */
export function currentKeyId(keyring: Keyring): string {
  const current = keyring.dataKeys.at(-1);
  if (!current) throw damaged('it has no data key');
  return current.id;
}

/** The keyring without the protector of a kind, and without what was under it. */
export function withoutProtector(keyring: Keyring, kind: Protector['kind']): Keyring {
  return withProtectors(
    keyring,
    keyring.protectors.filter((protector) => protector.kind !== kind),
  );
}

/** The keyring with a protector in the place of another of its kind; the data keys are under it already. */
export function withProtector(keyring: Keyring, protector: Protector): Keyring {
  return withProtectors(keyring, [...keyring.protectors.filter(({ kind }) => kind !== protector.kind), protector]);
}

function withProtectors(keyring: Keyring, protectors: readonly Protector[]): Keyring {
  const ids = new Set(protectors.map(({ id }) => id));
  const dataKeys = keyring.dataKeys.map((dataKey) => {
    const kept = Object.entries(dataKey.wrapByProtector).filter(([id]) => ids.has(id));
    return { ...dataKey, wrapByProtector: Object.fromEntries(kept) };
  });
  return { ...keyring, protectors, dataKeys };
}

export function formatKeyring(keyring: Keyring): string {
  return JSON.stringify({ format: FORMAT, ...keyring });
}

/** @throws {VaultError} `VAULT_DAMAGED` */
export function parseKeyring(text: unknown): Keyring {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch (cause) {
    throw damaged('it is not JSON', { cause });
  }
  if (!isRecord(value)) throw damaged('it is not an object');
  if (value['format'] !== FORMAT)
    throw new VaultError(
      'VAULT_DAMAGED',
      `The keys in tablite_keys have format ${String(value['format']).slice(0, 20)}, and this code knows ${FORMAT}. Load the newer code.`,
    );
  const { vaultId, protectors, dataKeys } = value;
  const keyring = { vaultId: idOf(vaultId), protectors: listOf(protectors).map(protectorIn), dataKeys: listOf(dataKeys).map(dataKeyIn) };
  refuseIncomplete(keyring);
  return keyring;
}

export function damaged(what: string, options?: ErrorOptions): VaultError {
  return new VaultError('VAULT_DAMAGED', `The keys in tablite_keys are damaged: ${what}. Import a backup, or restore one.`, options);
}

function refuseIncomplete({ protectors, dataKeys }: Keyring): void {
  if (protectors.length === 0) throw damaged('nothing protects them');
  if (new Set(protectors.map(({ kind }) => kind)).size < protectors.length) throw damaged('two protectors are of one kind');
  if (dataKeys.length === 0) throw damaged('there is no data key');
  // A rotation takes the last data key for another than those before it.
  for (const list of [protectors, dataKeys])
    if (new Set(list.map(({ id }) => id)).size < list.length) throw damaged('an id is there twice');
  const isWhole = dataKeys.every(({ wrapByProtector }) => protectors.every(({ id }) => wrapByProtector[id]));
  if (!isWhole) throw damaged('a data key is not under every protector');
}

function protectorIn(value: unknown): Protector {
  if (!isRecord(value)) throw damaged('a protector is not an object');
  const named = { id: idOf(value['id']), check: ciphertextIn(value['check']) };
  if (value['kind'] === 'device') return { kind: 'device', ...named };
  const { kind, salt, rounds } = value;
  if (kind !== 'passphrase') throw damaged('a protector is of an unknown kind');
  if (typeof salt !== 'string' || !SALT.test(salt)) throw damaged('the salt is not 16 bytes');
  if (typeof rounds !== 'number' || !Number.isInteger(rounds) || rounds < LEAST_ROUNDS || rounds > MOST_ROUNDS)
    throw damaged(`the rounds of the passphrase are not between ${LEAST_ROUNDS} and ${MOST_ROUNDS}`);
  return { kind, ...named, salt, rounds };
}

function dataKeyIn(value: unknown): DataKey {
  if (!isRecord(value) || !isRecord(value['wrapByProtector'])) throw damaged('a data key is not an object with its wraps');
  const wraps = Object.entries(value['wrapByProtector']).map(([id, wrap]) => [idOf(id), ciphertextIn(wrap)] as const);
  return { id: idOf(value['id']), wrapByProtector: Object.fromEntries(wraps) };
}

function ciphertextIn(value: unknown): Ciphertext {
  if (!isRecord(value)) throw damaged('a ciphertext is not an object');
  const { iv, ciphertext } = value;
  if (typeof iv !== 'string' || typeof ciphertext !== 'string') throw damaged('a ciphertext is not made of texts');
  return { iv, ciphertext };
}

function idOf(value: unknown): string {
  if (typeof value !== 'string' || !ID.test(value)) throw damaged('an id is not 32 hexadecimal digits');
  return value;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw damaged('a list is missing');
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
