import { StorageAbsentError } from '../errors/storage-error.js';
import { indexedDbStorageIn } from './indexeddb-storage.js';
import type { Storage } from './storage.js';

const BUCKET = 'tablite-mirror';

/** The part of the Storage Buckets API that is used here: https://wicg.github.io/storage-buckets/ */
interface StorageBuckets {
  keys(): Promise<string[]>;
  open(name: string, options: { durability: 'relaxed' | 'strict' }): Promise<{ readonly indexedDB: IDBFactory }>;
}

/**
 * A storage in the IndexedDB of a storage bucket: files of its own, which do not go when those of the origin's own IndexedDB do.
 * Undefined where there are no buckets. `mustExist`: nothing is made by reading.
 */
export function bucketStorage(name: string, mustExist: boolean = false): Storage | undefined {
  const buckets = bucketsHere();
  if (!buckets) return undefined;
  const factory = async () => {
    if (mustExist && !(await buckets.keys()).includes(BUCKET)) throw new StorageAbsentError(`There is no storage bucket "${BUCKET}".`);
    return (await buckets.open(BUCKET, { durability: 'relaxed' })).indexedDB;
  };
  return indexedDbStorageIn(name, factory, mustExist);
}

function bucketsHere(): StorageBuckets | undefined {
  const { navigator } = globalThis;
  // TypeScript's own library does not know it yet.
  return navigator && 'storageBuckets' in navigator ? (navigator.storageBuckets as StorageBuckets) : undefined;
}
