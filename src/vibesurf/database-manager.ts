import type { Database, SyncResult, WriteOptions } from '../database/database.js';
import { deleteDatabase, type OpenOptions } from '../database/open-database.js';
import type { AsyncDrizzleTransaction, DrizzleDatabase, DrizzleTransaction } from '../drizzle/drizzle.js';
import { createTableStatements } from '../drizzle/model-sql.js';
import { UsageError } from '../errors/database-error.js';
import type { Plan } from '../migrate/plan.js';
import { dropSealed } from '../seal/drop-sealed.js';
import type { Vault, VaultOptions } from '../seal/vault.js';
import type { Storage } from '../storage/storage.js';
import { type ExportBackendOptions, type ExportedBackend, exportBackend } from './backend/export-backend.js';
import { type ImportBackendOptions, type ImportReport, importBackend } from './backend/import-backend.js';
import { vibesurfMigrations } from './chain.js';
import { openStorage } from './database-storage.js';
import { type DatabasePlace, defaultDatabaseUrl, parseDatabaseUrl } from './database-url.js';
import { MODELS, type VibesurfSchema } from './models/models.js';
import { OpenedDatabase } from './opened-database.js';
import type { SecretStore } from './queries/secrets.js';
import { SEALED_COLUMNS } from './sealed-columns.js';

export interface DatabaseManagerOptions
  extends Pick<OpenOptions, 'durability' | 'onNewer' | 'onDataLoss' | 'persistence' | 'onProgress' | 'wasmUrl' | 'environment'> {
  /** Where to keep the database instead of where its address says: for tests. */
  readonly storage?: Storage;
  /** How its vault is opened. */
  readonly vault?: VaultOptions;
}

/**
 * VibeSurf's database: where it is, its tables, sessions on it, its secrets, and its files.
 *
 * `createTables()` opens it, makes or upgrades the tables, and comes first: what needs tables is refused before.
 */
export class DatabaseManager implements SecretStore {
  /** Where the database is, as its address says. */
  readonly place: DatabasePlace;
  readonly #options: DatabaseManagerOptions;
  /** The database of `memory:`, which is there as long as the manager is. */
  #memory: Storage | undefined;
  #opening: Promise<OpenedDatabase> | undefined;
  #closing: Promise<unknown> = Promise.resolve();
  /** What is open, once it has its tables. */
  #ready: OpenedDatabase | undefined;

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

  /** Settles when the vault is unlocked, if this device may unlock it. @throws {UsageError} before `createTables()`. */
  get unlocking(): Promise<void> {
    return this.#now.unlocking;
  }

  /**
   * Opens the database and brings its tables to today's schema: by the chain, or, with `useMigrations: false` and only where there is
   * no table yet, straight from the models, as version 0. A newer database is left as it is with `onNewer: 'read-only'`.
   *
   * @throws {MigrationError} {AdoptError} {NewerSchemaError} when the chain fails. Everything is as it was: there is no fallback.
   * @throws {UsageError} when the models are to make tables where there are some.
   * @throws as `openDatabase` does.
   */
  async createTables({ useMigrations = true }: { readonly useMigrations?: boolean } = {}): Promise<void> {
    await this.#withTables(async ({ database }) => {
      if (!useMigrations) await createFromModels(database);
      else if (database.status.state !== 'outdated') await database.migrate();
    });
  }

  /**
   * Brings the tables to a version of the chain, its head by default.
   *
   * @returns what was done.
   * @throws as `Database.migrate` does.
   */
  applyMigrations(targetVersion?: number): Promise<Plan> {
    return this.#withTables(({ database }) => database.migrate(targetVersion === undefined ? {} : { to: targetVersion }));
  }

  /** The version of the chain that the tables are at; 0 where there are none, or where the models made them. */
  async getDbVersion(): Promise<number> {
    return (await this.#open()).database.schemaVersion;
  }

  /**
   * Deletes everything: tables, rows and backups. Other tabs are closed. `createTables()` begins anew. The key of this device stays, for
   * copies of the database that it opens; a database that does not open is not deleted.
   *
   * @throws {UsageError} unless `confirm` is the database's name.
   */
  async dropTables({ confirm }: { readonly confirm: string }): Promise<void> {
    if (confirm !== this.place.name)
      throw new UsageError(
        'dropTables() deletes all tables and backups: confirm it with the name of the database, as `place.name` has it.',
      );
    await this.#open();
    await this.close();
    const { environment } = this.#options;
    await deleteDatabase(this.place.name, { storage: await this.#storage(), ...(environment && { environment }) });
  }

  /** A session: what `change` does is committed when it returns, and rolled back when it throws. As `Database.write`. */
  async session<Result>(change: (tx: DrizzleTransaction<VibesurfSchema>) => SyncResult<Result>, options?: WriteOptions): Promise<Result> {
    return this.db.write(change, options);
  }

  /** A session that may await: on a private view, run again when what it used has changed. As `Database.transaction`. */
  async asyncSession<Result>(
    change: (tx: AsyncDrizzleTransaction<VibesurfSchema>) => PromiseLike<Result>,
    options?: WriteOptions,
  ): Promise<Result> {
    return this.db.transaction(change, options);
  }

  /**
   * The database as a SQLite file. `secrets` says what becomes of sealed values: `keep` leaves them sealed, and whoever has a
   * passphrase of the vault can open them; `drop` leaves no byte of them in the file.
   */
  async export(options: { readonly secrets: 'keep' | 'drop' }): Promise<Uint8Array> {
    // From JavaScript it may not have been said at all.
    const secrets: unknown = (options as typeof options | undefined)?.secrets;
    if (secrets !== 'keep' && secrets !== 'drop') throw new UsageError("secrets is to be 'keep' or 'drop'.");
    const file = await this.database.export();
    return secrets === 'keep' ? file : dropSealed(file, SEALED_COLUMNS, this.#wasm);
  }

  /** Replaces everything by a database of the Python backend; see `importBackend`. */
  importBackend(bytes: Uint8Array, options: ImportBackendOptions = {}): Promise<ImportReport> {
    return this.#withTables((opened) => importBackend(opened, bytes, { ...this.#wasm, ...options }));
  }

  /** A file that the Python backend can open; see `exportBackend`. */
  async exportBackend(options: ExportBackendOptions = {}): Promise<ExportedBackend> {
    return exportBackend(this.#now, { ...this.#wasm, ...options });
  }

  /** Stores what was written so far and lets go of everything. `createTables()` opens it again. */
  close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#ready = undefined;
    // What did not open has nothing to close, and has said so to whoever opened it.
    const closing = Promise.resolve(opening?.catch(() => undefined)).then((opened) => opened?.close());
    this.#closing = closing.catch(() => undefined);
    return closing;
  }

  get #now(): OpenedDatabase {
    if (!this.#ready) throw new UsageError('The database is not open: await createTables() first.');
    return this.#ready;
  }

  get #wasm(): Pick<OpenOptions, 'wasmUrl'> {
    const { wasmUrl } = this.#options;
    return wasmUrl === undefined ? {} : { wasmUrl };
  }

  /** Opens the database, has it given its tables, and is ready then. */
  async #withTables<Result>(work: (opened: OpenedDatabase) => Promise<Result>): Promise<Result> {
    const opening = this.#open();
    const opened = await opening;
    const result = await work(opened);
    // Closed meanwhile, it is ready no more.
    if (this.#opening === opening) this.#ready = opened;
    return result;
  }

  #open(): Promise<OpenedDatabase> {
    if (this.#opening) return this.#opening;
    const opening = this.#closing.then(() => this.#openNow());
    this.#opening = opening;
    const forget = () => {
      if (this.#opening !== opening) return;
      this.#opening = undefined;
      this.#ready = undefined;
    };
    opening.then((opened) => {
      // Deleted by another tab, it can be opened anew.
      opened.database.onStatusChange(({ state }) => {
        if (state !== 'closed') return;
        opened.vault.close();
        forget();
      });
    }, forget);
    return opening;
  }

  async #openNow(): Promise<OpenedDatabase> {
    const { vault, ...options } = this.#options;
    const storage = await this.#storage();
    return OpenedDatabase.open({ ...options, name: this.place.name, migrations: vibesurfMigrations, upgrade: 'manual', storage }, vault);
  }

  async #storage(): Promise<Storage> {
    if (this.#options.storage) return this.#options.storage;
    if (this.place.kind !== 'memory') return openStorage(this.place);
    this.#memory ??= await openStorage(this.place);
    return this.#memory;
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
