import type { Database, SyncResult, WriteOptions } from '../database/database.js';
import { deleteDatabase, type OpenOptions, openDatabase } from '../database/open-database.js';
import { type AsyncDrizzleTransaction, type DrizzleDatabase, type DrizzleTransaction, drizzle } from '../drizzle/drizzle.js';
import { createTableStatements } from '../drizzle/model-sql.js';
import { UsageError } from '../errors/database-error.js';
import { VaultError } from '../errors/seal-error.js';
import type { Plan } from '../migrate/plan.js';
import { dropSealed } from '../seal/drop-sealed.js';
import { openVault } from '../seal/open-vault.js';
import type { Vault, VaultOptions } from '../seal/vault.js';
import type { Storage } from '../storage/storage.js';
import { type ExportBackendOptions, type ExportedBackend, exportBackend } from './backend/export-backend.js';
import { type ImportBackendOptions, type ImportReport, importBackend } from './backend/import-backend.js';
import { vibesurfMigrations } from './chain.js';
import { openStorage } from './database-storage.js';
import { type DatabasePlace, defaultDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import { MODELS, type VibesurfSchema, vibesurfSchema } from './models/models.js';
import type { SecretStore } from './queries/secrets.js';
import { SEALED_COLUMNS } from './sealed-columns.js';

export interface DatabaseManagerOptions
  extends Pick<OpenOptions, 'durability' | 'onNewer' | 'onDataLoss' | 'persistence' | 'onProgress' | 'wasmUrl' | 'environment'> {
  /** Where to keep the database instead of where its address says: for tests. */
  readonly storage?: Storage;
  /** How its vault is opened. */
  readonly vault?: VaultOptions;
}

/** What is open: a database, Drizzle on it, and the vault of its secrets. */
interface Opened {
  readonly database: Database;
  readonly db: DrizzleDatabase<VibesurfSchema>;
  readonly vault: Vault;
}

/**
 * VibeSurf's database: where it is, its tables, sessions on it, its secrets, and its files.
 *
 * `createTables()` opens it, makes or upgrades the tables, and comes first; what is asked for before that is refused.
 */
export class DatabaseManager implements SecretStore {
  readonly place: DatabasePlace;
  readonly #options: DatabaseManagerOptions;
  #storage: Storage | undefined;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;

  /**
   * Nothing is opened yet. `databaseUrl` is `idb:name`, `memory:` or, in Node, `file:path`; without one, `VITE_VIBESURF_DATABASE_URL`
   * says it, or else it is `idb:vibesurf`.
   *
   * @throws {DatabaseUrlError} for an address of anything else.
   */
  constructor(databaseUrl: string = defaultDatabaseUrl(), options: DatabaseManagerOptions = {}) {
    this.place = parseDatabaseUrl(databaseUrl);
    this.#options = options;
  }

  /** The database. @throws {UsageError} before `createTables()`. */
  get database(): Database {
    return this.#now.database;
  }

  /** Drizzle on the database, for queries. @throws {UsageError} before `createTables()`. */
  get db(): DrizzleDatabase<VibesurfSchema> {
    return this.#now.db;
  }

  /** What seals and opens its secrets. @throws {UsageError} before `createTables()`. */
  get vault(): Vault {
    return this.#now.vault;
  }

  /**
   * Opens the database and brings its tables to today's schema: by the chain, or, with `useMigrations: false` and only where there is
   * no table yet, straight from the models, as version 0.
   *
   * @throws {MigrationError} {AdoptError} {NewerSchemaError} when the chain fails. Everything is as it was: there is no fallback.
   * @throws {UsageError} when the models are to make tables where there are some.
   * @throws as `openDatabase` does.
   */
  async createTables({ useMigrations = true }: { readonly useMigrations?: boolean } = {}): Promise<void> {
    const { database, vault } = await this.#open();
    if (useMigrations) await database.migrate();
    else await createFromModels(database);
    await unlockWithDevice(vault);
  }

  /**
   * Brings the tables to a version of the chain, its head by default.
   *
   * @returns what was done.
   * @throws as `Database.migrate` does.
   */
  async applyMigrations(targetVersion?: number): Promise<Plan> {
    const { database } = await this.#open();
    return database.migrate(targetVersion === undefined ? {} : { to: targetVersion });
  }

  /** The version of the chain that the tables are at; 0 where there are none, or where the models made them. */
  async getDbVersion(): Promise<number> {
    return (await this.#open()).database.schemaVersion;
  }

  /**
   * Deletes everything: tables, backups, and the keys of its secrets on this device. Other tabs are closed. `createTables()` begins anew.
   *
   * @throws {UsageError} unless `confirm` is the database's name.
   */
  async dropTables({ confirm }: { readonly confirm: string }): Promise<void> {
    if (confirm !== this.place.name)
      throw new UsageError(
        'dropTables() deletes all tables and backups: confirm it with the name of the database, as `place.name` has it.',
      );
    const { database, vault } = await this.#open();
    await vault.destroy();
    await this.close();
    const storage = await this.#storageNow();
    await deleteDatabase(database.name, { ...this.#environment, storage });
    this.#storage = undefined;
  }

  /** A session: what `change` does is committed when it returns, and rolled back when it throws. As `Database.write`. */
  session<Result>(change: (tx: DrizzleTransaction<VibesurfSchema>) => SyncResult<Result>, options?: WriteOptions): Promise<Result> {
    return this.db.write(change, options);
  }

  /** A session that may await: on a private view, run again when what it used has changed. As `Database.transaction`. */
  asyncSession<Result>(
    change: (tx: AsyncDrizzleTransaction<VibesurfSchema>) => PromiseLike<Result>,
    options?: WriteOptions,
  ): Promise<Result> {
    return this.db.transaction(change, options);
  }

  /**
   * The database as a SQLite file. `secrets` says what becomes of sealed values: `keep` leaves them sealed, and whoever has a
   * passphrase of the vault can open them; `drop` leaves no byte of them in the file.
   */
  async export({ secrets }: { readonly secrets: 'keep' | 'drop' }): Promise<Uint8Array> {
    if (secrets !== 'keep' && secrets !== 'drop') throw new UsageError("secrets is to be 'keep' or 'drop'.");
    const file = await this.database.export();
    return secrets === 'keep' ? file : dropSealed(file, SEALED_COLUMNS, this.#wasm);
  }

  /** Replaces everything by a database of the Python backend; see `importBackend`. */
  async importBackend(bytes: Uint8Array, options: ImportBackendOptions = {}): Promise<ImportReport> {
    return importBackend(await this.#open(), bytes, { ...this.#wasm, ...options });
  }

  /** A file that the Python backend can open; see `exportBackend`. */
  exportBackend(options: ExportBackendOptions = {}): Promise<ExportedBackend> {
    return exportBackend(this.#now, { ...this.#wasm, ...options });
  }

  /** Stores what was written so far and lets go of everything. `createTables()` opens it again. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#opened = undefined;
    // What did not open has nothing to close, and has said so to whoever opened it.
    const opened = await opening?.catch(() => undefined);
    opened?.vault.close();
    await opened?.database.close();
  }

  get #now(): Opened {
    if (!this.#opened) throw new UsageError('The database is not open: await createTables() first.');
    return this.#opened;
  }

  get #wasm(): Pick<OpenOptions, 'wasmUrl'> {
    const { wasmUrl } = this.#options;
    return wasmUrl === undefined ? {} : { wasmUrl };
  }

  get #environment(): Pick<OpenOptions, 'environment'> {
    const { environment } = this.#options;
    return environment === undefined ? {} : { environment };
  }

  #open(): Promise<Opened> {
    this.#opening ??= this.#openNow().catch((thrown: unknown) => {
      this.#opening = undefined;
      throw thrown;
    });
    return this.#opening;
  }

  async #openNow(): Promise<Opened> {
    const { vault: vaultOptions, storage: _, ...options } = this.#options;
    const storage = await this.#storageNow();
    const database = await openDatabase({ ...options, name: this.place.name, migrations: vibesurfMigrations, upgrade: 'manual', storage });
    this.#opened = { database, db: drizzle(database, { schema: vibesurfSchema }), vault: openVault(database, vaultOptions) };
    return this.#opened;
  }

  async #storageNow(): Promise<Storage> {
    this.#storage ??= this.#options.storage ?? (await openStorage(this.place));
    return this.#storage;
  }
}

/** Straight from the models, and only into a database in which nothing is. */
function createFromModels(database: Database): Promise<void> {
  return database.write(
    (tx) => {
      if (tx.get("SELECT 1 FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"))
        throw new UsageError(
          'The models make tables in an empty database only, and this one has some. Use the migrations: createTables().',
        );
      for (const statement of createTableStatements(MODELS)) tx.run(statement);
    },
    { durability: 'strict' },
  );
}

/** A vault that this browser may open is open when the database is; one that another browser made waits for its passphrase. */
async function unlockWithDevice(vault: Vault): Promise<void> {
  if (vault.state !== 'locked' || !vault.protectors.device) return;
  await vault.unlock().catch((thrown: unknown) => {
    if (!(thrown instanceof VaultError) || thrown.code !== 'DEVICE_KEY_MISSING') throw thrown;
  });
}
