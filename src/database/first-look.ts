import { StorageUnavailableError } from '../errors/storage-error.js';
import { indexedDbStorage } from '../storage/indexeddb-storage.js';
import { memoryStorage } from '../storage/memory-storage.js';
import type { MirrorPlace } from '../storage/mirror-place.js';
import type { Storage } from '../storage/storage.js';
import { CommitLog, type StoredImage } from '../store/commit-log.js';
import type { Environment } from '../store/environment.js';
import { newId } from '../store/id.js';
import { type Testimony, Witness } from '../store/witness.js';

export interface FirstLookOptions {
  readonly name: string;
  readonly storage?: Storage;
  readonly persistence?: 'required' | 'memory-if-unavailable';
  readonly mirror?: boolean;
}

/** What there is of a database before anything is written. */
export interface FirstLook {
  readonly log: CommitLog;
  /** What is stored; undefined when nothing is. */
  readonly stored: StoredImage | undefined;
  /** Where the mirror is; undefined where there is to be none. */
  readonly place: MirrorPlace | undefined;
  readonly witness: Witness;
  /** What the witness had seen before the storage was looked at. */
  readonly testimony: Testimony | undefined;
  readonly environment: Environment;
}

/** Looks at what is stored. Throws as `CommitLog.load` does. */
export async function firstLook(options: FirstLookOptions, environment: Environment): Promise<FirstLook> {
  const look = async (storage: Storage): Promise<FirstLook> => {
    const log = new CommitLog({ storage, clock: environment.clock, newId: () => newId(environment.random) });
    const witness = witnessOf(options.name, storage, environment);
    try {
      // Before the storage: a tab that begins the database after this one has looked is no witness to a loss.
      const testimony = await witness.recall();
      const stored = await log.load();
      const place = options.mirror === false ? undefined : mirrorPlaceOf(storage, environment);
      return { log, stored, place, witness, testimony, environment };
    } catch (thrown) {
      await storage.close();
      throw thrown;
    }
  };
  try {
    return await look(options.storage ?? indexedDbStorage(options.name));
  } catch (cause) {
    if (!(cause instanceof StorageUnavailableError) || options.persistence !== 'memory-if-unavailable') throw cause;
    return look(memoryStorage(options.name));
  }
}

/** Only IndexedDB can be taken away behind the app's back; a database of the same name in another storage is none of its business. */
export function witnessOf(name: string, storage: Storage, environment: Environment): Witness {
  return new Witness(name, storage.kind === 'indexeddb' ? environment : { ...environment, witnessStorage: undefined });
}

/** `mustExist`: nothing is made by reading. */
export function mirrorPlaceOf(storage: Storage, environment: Environment, mustExist: boolean = false): MirrorPlace | undefined {
  return storage.kind === 'indexeddb' ? environment.openMirrorPlace(storage.name, mustExist) : undefined;
}
