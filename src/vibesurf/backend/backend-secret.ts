import type { Database } from '../../database/database.js';
import { UsageError } from '../../errors/database-error.js';
import { SealedValue } from '../../seal/sealed-value.js';
import { readSealedRows, type SealedRow } from '../sealed-row.js';
import { backendKeyOf, machineIdOf, openBackendValue } from './backend-key.js';
import { type FernetKey, fernetKey } from './fernet.js';

/** What may open the backend's secrets. A page cannot find either out: ask for candidates. */
export interface BackendKeyOptions {
  /** Ids that the machine may have had: the MAC addresses of its network interfaces, or the text of the backend's user-id file. */
  readonly machineIds?: readonly string[];
  /** The key itself, if it is known: 32 bytes in base64url. */
  readonly fernetKey?: string;
}

/**
 * The keys to try: the one that is given, then those of the machine's ids.
 *
 * @throws {FernetError} `FERNET_KEY` {VaultError} `CRYPTO_UNAVAILABLE` {UsageError}
 */
export async function backendKeysOf({ machineIds = [], fernetKey: given }: BackendKeyOptions): Promise<FernetKey[]> {
  if (!Array.isArray(machineIds)) throw new UsageError('machineIds is to be a list of texts.');
  const ids = new Set(machineIds.flatMap((id: string) => [id.trim(), machineIdOf(id)]).filter((id) => id !== ''));
  const [own, derived] = [given === undefined ? [] : [await fernetKey(given)], await Promise.all([...ids].map(backendKeyOf))];
  return [...own, ...derived];
}

/** A secret of the backend in a database, and its text if one of the keys opens it. */
export interface BackendSecret extends SealedRow {
  readonly text: string | undefined;
}

/** Every secret of a database that no vault has made. */
export function readBackendSecrets(database: Database, keys: readonly FernetKey[]): Promise<BackendSecret[]> {
  const foreign = readSealedRows(database).filter(({ value }) => value.isForeign);
  return Promise.all(foreign.map(async (row) => ({ ...row, text: await openBackendValue(SealedValue.textOf(row.value), keys) })));
}
