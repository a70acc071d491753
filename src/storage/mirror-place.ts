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
  // In a page that is isolated from other origins, a transaction in a bucket stalls now and then until its connection is closed
  // (Chromium 156; bench/README.md).
  const bucket = globalThis.crossOriginIsolated ? undefined : bucketStorage(name, mustExist);
  if (bucket) return { kind: 'bucket', storage: bucket };
  const opfs = opfsStorage(name);
  return opfs && { kind: 'opfs', storage: opfs };
}
