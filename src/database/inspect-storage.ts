import { loadEngine } from '../engine/engine.js';
import { wasmUrl } from '../engine/wasm-url.js';
import { BackupError, CorruptionError, StorageAbsentError } from '../errors/storage-error.js';
import { TabliteError } from '../errors/tablite-error.js';
import { existingIndexedDbStorage } from '../storage/indexeddb-storage.js';
import type { MirrorPlace } from '../storage/mirror-place.js';
import type { Storage } from '../storage/storage.js';
import { type Backup, shownBackup } from '../store/backup.js';
import { BackupShelf } from '../store/backup-shelf.js';
import { type Environment, platformEnvironment } from '../store/environment.js';
import { EVERYTHING, type Survey, salvagedFile, surveyOf } from '../store/survey.js';
import { WatchedStorage } from '../store/watched-storage.js';
import type { Testimony } from '../store/witness.js';
import { mirrorPlaceOf, witnessOf } from './first-look.js';

export interface InspectOptions {
  /** Where the database is kept; IndexedDB by default. */
  readonly storage?: Storage;
  /** Parts of the platform to use instead of its own: for tests. */
  readonly environment?: Partial<Environment>;
}

/** What is stored in one place, and how whole it is. */
export interface StoredReport {
  readonly storeId: string;
  /** Everything up to this commit can be had; undefined when no state can be put together from what is left. */
  readonly seq: number | undefined;
  /** The size of the file at that commit. */
  readonly bytes: number | undefined;
  /** The records that are missing or damaged, by name: `meta`, `base 3`, `index 0`, `log 7`. */
  readonly damaged: readonly string[];
}

/** A backup, and the records of it that are missing or damaged. */
export interface BackupReport extends Backup {
  readonly damaged: readonly string[];
}

/** What there is of a database, and what is wrong with it. */
export interface StorageReport {
  /** The database itself; undefined when nothing is stored under its name. */
  readonly stored: StoredReport | undefined;
  /** The newest first. */
  readonly backups: readonly BackupReport[];
  /** Its mirror; undefined where there is none. */
  readonly mirror: StoredReport | undefined;
  /** What was known outside of IndexedDB to have been here; undefined where nothing is. */
  readonly witness: Testimony | undefined;
}

/**
 * Looks at everything that is stored of a database, every record by itself, and changes nothing. The database may be open.
 *
 * @throws {StorageError} when the storage cannot be read.
 * @throws {StorageFormatError} when it is of a format that this Tablite does not know.
 */
export async function inspectStorage(name: string, options: InspectOptions = {}): Promise<StorageReport> {
  return withRemains(name, options, async ({ stored, mirror, shelf, witness }) => ({
    stored: stored && reportOf(stored),
    backups: await backupsOf(stored, shelf),
    mirror: mirror && reportOf(mirror),
    witness,
  }));
}

/** What is left of a database, as it was read. */
export interface Remains {
  readonly stored: Survey | undefined;
  readonly mirror: Survey | undefined;
  readonly shelf: BackupShelf;
  readonly witness: Testimony | undefined;
  readonly environment: Environment;
}

/** Reads what is left of a database, and lets go of it again once `use` has ended. */
export async function withRemains<Result>(
  name: string,
  options: InspectOptions,
  use: (remains: Remains) => Promise<Result>,
): Promise<Result> {
  const environment = { ...platformEnvironment(() => loadEngine(wasmUrl)), ...options.environment };
  const storage = options.storage ?? existingIndexedDbStorage(name);
  const place = mirrorPlaceOf(storage, environment, true);
  const watched = new WatchedStorage(storage, environment.clock);
  try {
    return await use({
      stored: await survey(watched),
      mirror: place && (await mirrorSurvey(place, environment)),
      shelf: new BackupShelf(watched),
      witness: await witnessOf(name, storage, environment).recall(),
      environment,
    });
  } finally {
    // A storage that the caller passed may be in use.
    if (!options.storage) await storage.close();
    await place?.storage.close();
  }
}

async function survey(storage: WatchedStorage): Promise<Survey | undefined> {
  try {
    const answers = await storage.read('inspecting what is stored', EVERYTHING);
    const isEmpty = answers.every((answer) => answer === undefined || (Array.isArray(answer) && answer.length === 0));
    return isEmpty ? undefined : surveyOf(answers);
  } catch (cause) {
    if (cause instanceof StorageAbsentError) return undefined;
    throw cause;
  }
}

/** A mirror that cannot be read is none. */
async function mirrorSurvey({ storage }: MirrorPlace, { clock }: Environment): Promise<Survey | undefined> {
  try {
    return await survey(new WatchedStorage(storage, clock));
  } catch (cause) {
    if (cause instanceof TabliteError) return undefined;
    throw cause;
  }
}

function reportOf(survey: Survey): StoredReport {
  const salvaged = salvagedFile(survey);
  return { storeId: survey.meta?.storeId ?? '', seq: salvaged?.seq, bytes: salvaged?.file.length, damaged: survey.damaged };
}

async function backupsOf(stored: Survey | undefined, shelf: BackupShelf): Promise<BackupReport[]> {
  const reports: BackupReport[] = [];
  for (const record of stored?.meta?.backups ?? []) {
    const damaged = await shelf.read(record.id).then(
      () => [],
      (cause: unknown) => {
        if (cause instanceof CorruptionError) return cause.damaged;
        // It has been deleted meanwhile.
        if (cause instanceof BackupError) return undefined;
        throw cause;
      },
    );
    if (damaged) reports.unshift({ ...shownBackup(record), damaged });
  }
  return reports;
}
