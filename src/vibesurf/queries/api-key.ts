import type { DrizzleWriter } from '../../drizzle/drizzle.js';
import type { SealedValue } from '../../seal/sealed-value.js';
import { type SecretTarget, storeSecret } from './row-secret.js';
import type { SecretStore } from './secrets.js';

/** The API key that a profile is given, in plain text. */
export interface ApiKeyInput {
  /** Stored sealed. An empty text, and null, mean none; undefined leaves the one there is. */
  readonly apiKey?: string | null | undefined;
}

export interface ApiKeyTarget<Row> extends Pick<SecretTarget<Row>, 'column' | 'idIn'> {
  /** Stores the profile; a key that is undefined is left as it is. */
  readonly change: (tx: DrizzleWriter, encryptedApiKey: SealedValue | null | undefined) => Row;
}

/** Stores a profile in one write. The vault is needed only where there is a key to seal. */
export async function writeApiKey<Row>(store: SecretStore, { apiKey }: ApiKeyInput, target: ApiKeyTarget<Row>): Promise<Row> {
  const { change } = target;
  if (apiKey) return storeSecret(store, apiKey, { ...target, change: (tx, { value }) => change(tx, value) });
  const encryptedApiKey = apiKey === undefined ? undefined : null;
  const { row } = await store.db.write((tx) => ({ row: change(tx, encryptedApiKey) }));
  return row;
}
