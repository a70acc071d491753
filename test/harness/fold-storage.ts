import { META_KEY, type Storage } from '../../src/storage/storage.js';
import type { Clock } from '../../src/store/environment.js';
import { foldTo } from '../../src/store/fold-step.js';
import type { Meta } from '../../src/store/meta.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';

/** Folds a storage's log, all but the newest `left` commits, whether that is due or not. */
export async function foldStorage(storage: Storage, clock: Clock, left = 0): Promise<void> {
  const watched = new WatchedStorage(storage, clock);
  const all = [{ get: META_KEY }, { range: { from: ['log'], to: ['log', Infinity, 0] } }];
  const [meta, log] = (await watched.read('looking for the newest commit', all)) as [Meta, { seq: number }[]];
  const newest = Math.max(meta.checkpointSeq, ...log.map(({ seq }) => seq));
  await foldTo(watched, Math.max(0, newest - left));
}
