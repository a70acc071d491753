import { UsageError } from '../../errors/database-error.js';
import { quoted } from '../../migrate/normal-sql.js';
import { OWN_TABLES } from '../../migrate/own-table.js';
import { SealedValue } from '../../seal/sealed-value.js';
import type { Vault } from '../../seal/vault.js';
import type { SecretStore } from '../queries/secrets.js';
import { readSealedRows, replaceSealed, type SealedRow } from '../sealed-row.js';
import { backendKeyOf, machineIdOf, sealBackendValue } from './backend-key.js';
import { type FernetKey, fernetKey } from './fernet.js';
import { withoutTriggers } from './silent-change.js';
import { openUpgradedCopy } from './upgraded-copy.js';

export interface ExportBackendOptions {
  /** The backend's key, 32 bytes in base64url: secrets are encrypted with it. Without a key they are left out. */
  readonly fernetKey?: string;
  /**
   * The id of the machine that the backend runs on, from which it makes its key, instead of the key itself: a MAC address, or the text of
   * its user-id file.
   */
  readonly machineId?: string;
  /** Where sql.js's wasm file is served. */
  readonly wasmUrl?: string;
}

export interface ExportedBackend {
  /** A SQLite file at the head of the chain, with the backend's tables and nothing of Tablite's. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** How many secrets were encrypted for the backend. */
  readonly encrypted: number;
  /** How many are the backend's own still, and were left as they are. */
  readonly foreign: number;
  /** How many were left out, because there was no key to encrypt them with. */
  readonly dropped: number;
}

/**
 * The database as a file that the Python backend can open.
 *
 * The backend's encryption is as weak as the id of a machine is known: its key is asked for, never made up.
 *
 * @throws {FernetError} `FERNET_KEY` {VaultError} `VAULT_LOCKED` when there is a key and secrets cannot be opened.
 * @throws {SealError} when a sealed value does not open: it would be missing in the file without a word.
 */
export async function exportBackend(store: SecretStore, options: ExportBackendOptions): Promise<ExportedBackend> {
  const { $client: database } = store.db;
  const key = await keyOf(options);
  const { wasmUrl } = options;
  // It is the app's own: whatever it has beside the chain goes along, however large it is.
  const own = { foreignObjects: 'keep', maxBytes: Number.POSITIVE_INFINITY } as const;
  const copy = await openUpgradedCopy(await database.export(), wasmUrl === undefined ? own : { ...own, wasmUrl });
  try {
    const sealed = readSealedRows(copy);
    const ours = sealed.filter(({ value }) => !value.isForeign);
    const texts = await Promise.all(ours.map((row) => key && encryptFor(key, store.vault, row)));
    await copy.write((tx) => {
      withoutTriggers(tx, () => {
        ours.forEach((row, index) => void replaceSealed(tx, row, texts[index] ?? null));
      });
      for (const table of OWN_TABLES) tx.run(`DROP TABLE IF EXISTS ${quoted(table)}`);
    });
    await copy.vacuum();
    const encrypted = key ? ours.length : 0;
    return { file: await copy.export(), encrypted, foreign: sealed.length - ours.length, dropped: ours.length - encrypted };
  } finally {
    await copy.close();
  }
}

async function keyOf({ fernetKey: given, machineId }: ExportBackendOptions): Promise<FernetKey | undefined> {
  if (given !== undefined && machineId !== undefined)
    throw new UsageError('exportBackend() takes a fernetKey or a machineId, which makes one: not both.');
  if (given !== undefined) return fernetKey(given);
  if (machineId === undefined) return undefined;
  const id = machineIdOf(machineId);
  // Everybody knows the key that an empty id makes.
  if (id === '')
    throw new UsageError('machineId is empty. Give the id of the machine, or leave it out: secrets are then left out of the file.');
  return backendKeyOf(id);
}

/** @throws {SealError} for a value that is in no row that the vault could have sealed it for, among others. */
async function encryptFor(key: FernetKey, vault: Vault, { table, column, id, value }: SealedRow): Promise<SealedValue> {
  const text = await vault.open(value, { table, column, primaryKey: id ?? '' });
  return SealedValue.fromText(await sealBackendValue(text, key));
}
