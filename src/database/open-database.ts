import { loadEngine } from '../engine/engine.js';
import { wasmUrl } from '../engine/wasm-url.js';
import { NewerSchemaError, OutdatedError, UsageError } from '../errors/database-error.js';
import { StorageUnavailableError } from '../errors/storage-error.js';
import { type Migrations, readChain } from '../migrate/chain.js';
import type { StepProgress } from '../migrate/run.js';
import { indexedDbStorage } from '../storage/indexeddb-storage.js';
import type { Durability, Storage } from '../storage/storage.js';
import { type Environment, platformEnvironment } from '../store/environment.js';
import { StatusBoard } from '../store/status.js';
import { Store } from '../store/store.js';
import { Watchdog } from '../store/watchdog.js';
import type { Database } from './database.js';
import { examine } from './examine.js';
import { firstLook, mirrorPlaceOf, witnessOf } from './first-look.js';
import { withoutLoss } from './loss.js';
import { openWorker } from './open-worker.js';
import { StoredDatabase } from './stored-database.js';
import { Upgrader, upgrade } from './upgrade.js';

const FRAME_MS = 16;

/** How far opening has come. */
export type OpenProgress = { readonly phase: 'opening' } | ({ readonly phase: 'migrating' } & StepProgress) | { readonly phase: 'ready' };

export interface OpenOptions {
  /** Tells databases of one origin apart. */
  readonly name: string;
  /** The chain; without one, the schema is the app's own affair. */
  readonly migrations?: Migrations;
  /** Where the database is kept; IndexedDB by default. One storage object holds one database, whatever `name` says. */
  readonly storage?: Storage;
  /** For ordinary writes: `relaxed` by default. Migrations, imports and vacuum are strict. */
  readonly durability?: Durability;
  /** When to bring the database to the head of the chain: at once (default), or when `migrate()` is called. */
  readonly upgrade?: 'at-open' | 'manual';
  /** What to do with a database that is newer than the code: refuse it (default), or open it for reading. */
  readonly onNewer?: 'error' | 'read-only';
  /**
   * What to do when a database that was here has vanished, its mirror too: refuse (default), or begin an empty one and say so in
   * `status`.
   */
  readonly onDataLoss?: 'error' | 'restart';
  /**
   * Whether a database in IndexedDB is followed by a copy in a place that fails apart from it, from which it is brought back after
   * a loss: true by default. It takes the database's size again.
   */
  readonly mirror?: boolean;
  /** What to do where there is no IndexedDB: refuse (default), or keep the database in memory and say so in `status`. */
  readonly persistence?: 'required' | 'memory-if-unavailable';
  /** Called as opening gets on. */
  readonly onProgress?: (progress: OpenProgress) => void;
  /** Where sql.js's wasm file is served, for a bundler that does not find it by itself. */
  readonly wasmUrl?: string;
  /** Parts of the platform to use instead of its own: for tests. */
  readonly environment?: Partial<Environment>;
}

/**
 * Opens a database, brings it to the head of the chain, and keeps it current with every other tab.
 *
 * @throws {EngineError} when sql.js cannot be loaded or does not fit.
 * @throws {StorageUnavailableError} {StorageError} {StorageFormatError} when there is no storage, or it fails.
 * @throws {CorruptionError} {DataLossError} when what was stored is damaged or gone.
 * @throws {NewerSchemaError} {MigrationError} {AdoptError} when the chain does not fit what is stored.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  checkOptions(options);
  const chain = readChain(options.migrations ?? {});
  const wasm = options.wasmUrl ?? wasmUrl;
  const environment = { ...platformEnvironment(() => loadEngine(wasm), openWorker), ...options.environment };
  options.onProgress?.({ phase: 'opening' });
  const loading = environment.loadEngine();
  // Should the storage fail first, its error is the one to report.
  loading.catch(() => undefined);
  const found = await firstLook(options, environment);
  const { log, place, witness } = found;
  const { storage } = log;
  try {
    const engine = await loading;
    const status = new StatusBoard(storage.kind, () => environment.clock.now());
    const { image, mayReplaceMirror } = await withoutLoss(found, { engine, options, status });
    status.set({ mirror: { ...status.current.mirror, place: place?.kind ?? (options.mirror === false ? 'off' : 'none') } });
    const upgrader = new Upgrader(engine, chain);
    const known = chain.length > 0 ? chain.length : undefined;
    const store = new Store({ engine, log, environment, status, witness, mirrorPlace: place, mayReplaceMirror, known }, image);
    try {
      await upgradeAtOpen(store, { upgrader, status, environment, options });
      await witness.flush();
      if (storage.kind === 'indexeddb') askToPersist(environment, status);
      options.onProgress?.({ phase: 'ready' });
    } catch (thrown) {
      // What it has seen stands, so that a loss is reported the next time too.
      witness.stop();
      await store.close({ mirror: false });
      throw thrown;
    }
    return new StoredDatabase({
      name: options.name,
      engine,
      store,
      status,
      upgrader,
      durability: options.durability ?? 'relaxed',
      now: () => environment.clock.now(),
      examine: (bytes, verdict) => examine(bytes, verdict, { engine, environment, wasmUrl: wasm }),
    });
  } catch (thrown) {
    await Promise.all([storage.close(), place?.storage.close()]);
    throw thrown;
  }
}

/**
 * Deletes a database and everything kept of it; other tabs that have it open are closed.
 *
 * @throws {StorageTimeoutError} when another tab does not let go of it; it is deleted as soon as that one does.
 */
export async function deleteDatabase(name: string, options: Pick<OpenOptions, 'storage' | 'environment'> = {}): Promise<void> {
  const environment = { ...platformEnvironment(() => loadEngine(wasmUrl)), ...options.environment };
  const storage = options.storage ?? indexedDbStorage(name);
  const witness = witnessOf(name, storage, environment);
  // It may be deleted after the watchdog has given up: the mirror and the witness go when it is.
  const deleting = async () => {
    await witness.condemn();
    await storage.destroy();
    await mirrorPlaceOf(storage, environment)?.storage.destroy().catch(ignoreForbidden);
    await witness.forget();
  };
  await new Watchdog(environment.clock).watch('deleting; another tab may keep it open', deleting);
}

/** Where there may be no mirror, there is none to delete. */
function ignoreForbidden(cause: unknown): void {
  if (!(cause instanceof StorageUnavailableError)) throw cause;
}

interface FirstUpgrade {
  readonly upgrader: Upgrader;
  readonly status: StatusBoard;
  readonly environment: Environment;
  readonly options: OpenOptions;
}

async function upgradeAtOpen(store: Store, { upgrader, status, environment, options }: FirstUpgrade): Promise<void> {
  const head = upgrader.chain.length;
  const isNewer = () => head > 0 && store.connection.header.userVersion > head;
  if (!isNewer() && options.upgrade !== 'manual') {
    const onStep = (step: StepProgress) => {
      status.set({ state: 'migrating' });
      options.onProgress?.({ phase: 'migrating', ...step });
    };
    const upgrading = upgrade(store, upgrader, { now: () => environment.clock.now(), onStep, rest: painter(environment) });
    await upgrading.catch((cause: unknown) => {
      // A tab with newer code was first.
      if (!(cause instanceof OutdatedError)) throw cause;
    });
  }
  if (isNewer()) {
    const error = new NewerSchemaError(store.connection.header.userVersion, head);
    if (options.onNewer !== 'read-only') throw error;
    status.set({ state: 'outdated', error });
    return;
  }
  status.set({ state: 'ready' });
}

/** Asked once, and never waited for: Firefox answers when the user does. */
function askToPersist({ persist }: Environment, status: StatusBoard): void {
  if (!persist) return;
  new Promise<boolean>((resolve) => resolve(persist())).then(
    (isPersistent) => status.set({ isPersistent }),
    () => status.set({ isPersistent: false }),
  );
}

/** Lets the page paint when a frame's time has passed since it last could; a timer costs some milliseconds itself. */
function painter({ clock }: Environment): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < FRAME_MS) return undefined;
    return new Promise<void>((resolve) => {
      clock.setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0);
    });
  };
}

function checkOptions({ name, storage, durability, upgrade, onNewer, onDataLoss, persistence, mirror }: OpenOptions): void {
  if (typeof name !== 'string' || name === '' || name.includes('\0'))
    throw new UsageError('name is to be a text of at least one character: it names the database.');
  if (storage !== undefined && typeof storage?.read !== 'function')
    throw new UsageError('storage is to be a storage object: indexedDbStorage(name), memoryStorage(), fileStorage(folder).');
  if (mirror !== undefined && typeof mirror !== 'boolean') throw new UsageError('mirror is to be true or false.');
  expectOneOf('durability', durability, ['relaxed', 'strict']);
  expectOneOf('upgrade', upgrade, ['at-open', 'manual']);
  expectOneOf('onNewer', onNewer, ['error', 'read-only']);
  expectOneOf('onDataLoss', onDataLoss, ['error', 'restart']);
  expectOneOf('persistence', persistence, ['required', 'memory-if-unavailable']);
}

function expectOneOf(option: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value))
    throw new UsageError(`${option} is to be one of ${allowed.map((each) => `'${each}'`).join(', ')}.`);
}
