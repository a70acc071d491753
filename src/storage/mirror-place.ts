import { bucketStorage } from './bucket-storage.js';
import { opfsStorage } from './opfs-storage.js';
import type { Storage } from './storage.js';

/** A storage that fails apart from IndexedDB. */
export interface MirrorPlace {
  /** A storage bucket's IndexedDB, or the origin private file system. */
  readonly kind: 'bucket' | 'opfs';
  readonly storage: Storage;
}

/**
 * Where the copy of a database is kept that outlives its IndexedDB; undefined where the browser has no such place. `mustExist`: nothing
 * is made by reading.
 */
export function openMirrorPlace(name: string, mustExist: boolean = false): MirrorPlace | undefined {
  const bucket = bucketStorage(name, mustExist);
  if (bucket) return { kind: 'bucket', storage: bucket };
  const opfs = opfsStorage(name);
  return opfs && { kind: 'opfs', storage: opfs };
}
