import type { Database } from '../database/database.js';
import { type OpenOptions, openDatabase } from '../database/open-database.js';
import { type DrizzleDatabase, drizzle } from '../drizzle/drizzle.js';
import { VaultError } from '../errors/seal-error.js';
import { openVault } from '../seal/open-vault.js';
import type { Vault, VaultOptions } from '../seal/vault.js';
import { type VibesurfSchema, vibesurfSchema } from './models/models.js';
import type { SecretStore } from './queries/secrets.js';

/** A database that is open, Drizzle on it, and the vault of its secrets. */
export class OpenedDatabase implements SecretStore {
  readonly database: Database;
  readonly db: DrizzleDatabase<VibesurfSchema>;
  readonly vault: Vault;
  /** Settles when the vault is unlocked, if this device may unlock it and nobody has locked it here. */
  unlocking: Promise<void>;

  private constructor(database: Database, vaultOptions: VaultOptions | undefined) {
    this.database = database;
    this.db = drizzle(database, { schema: vibesurfSchema });
    this.vault = openVault(database, vaultOptions);
    this.unlocking = unlockWithDevice(this.vault);
    let before = this.vault.state;
    this.vault.onStateChange((state) => {
      // Another tab has made the vault: here nobody has locked it.
      if (before === 'absent' && state === 'locked') this.unlocking = unlockWithDevice(this.vault);
      before = state;
    });
  }

  /** Opens the database, and its vault if this device may. Throws as `openDatabase` does. */
  static async open(options: OpenOptions, vaultOptions: VaultOptions | undefined): Promise<OpenedDatabase> {
    const opened = new OpenedDatabase(await openDatabase(options), vaultOptions);
    await opened.unlocking;
    return opened;
  }

  async close(): Promise<void> {
    this.vault.close();
    await this.database.close();
  }
}

/** What keeps a vault locked is told to whoever needs a secret, and keeps nobody from the rest of the database. */
async function unlockWithDevice(vault: Vault): Promise<void> {
  if (vault.state !== 'locked' || !vault.protectors.device) return;
  await vault.unlock().catch((thrown: unknown) => {
    if (!(thrown instanceof VaultError)) throw thrown;
  });
}
