import { chunkCount } from '../page/chunk.js';
import { META_KEY, type StorageRange, type WriteBatch, wholeSeries } from '../storage/storage.js';
import { type BackupDraft, keeperOf, withBackup } from './backup.js';
import { chunksPast, encodeBase, INDEX_SERIES } from './base.js';
import { type Commit, encodeCommit, logUpTo } from './commit.js';
import { copiesOf } from './copy.js';
import { foldTo } from './fold-step.js';
import { type Meta, metaEntry } from './meta.js';
import { OVERTAKEN, untilNotOvertaken } from './overtaken.js';
import { readOverwritten } from './overwriting.js';
import type { WatchedStorage } from './watched-storage.js';

const DOING = 'replacing the database';

/** A file that takes the place of everything. */
export interface Replacement {
  readonly image: Uint8Array;
  /** Takes the number in the line; it has no pages. */
  readonly marker: Commit;
  /** Keeps what was there before. */
  readonly backup?: BackupDraft | undefined;
}

/** @returns whether it is in place; if not, another tab committed first. */
export async function replaceBase(storage: WatchedStorage, replacement: Replacement): Promise<boolean> {
  if (replacement.backup) return replaceBesideBackups(storage, replacement);
  let hasBackups = false;
  const guard = (stored: unknown) => {
    const { checkpointSeq, backups } = storage.recognise(stored);
    hasBackups = backups.length > 0;
    return checkpointSeq < replacement.marker.seq && !hasBackups;
  };
  const { isCommitted } = await storage.write(DOING, { ...batchOf(replacement, storage.storeId, []), guard });
  return isCommitted || (hasBackups && replaceBesideBackups(storage, replacement));
}

/** The base is brought to the state before, and what backups still need of it is copied, before all of it is overwritten. */
async function replaceBesideBackups(storage: WatchedStorage, replacement: Replacement): Promise<boolean> {
  const { backup, marker } = replacement;
  const before = marker.seq - 1;
  return untilNotOvertaken(async () => {
    await foldTo(storage, before);
    const meta = storage.recognise((await storage.read(DOING, [{ get: META_KEY }]))[0]);
    if (meta.checkpointSeq > before) return false;
    const { backups, gone } = backup ? withBackup(meta.backups, backup, before) : { backups: meta.backups, gone: [] };
    const chunks = Array.from({ length: chunkCount(meta.pageCount * meta.pageSize) }, (_, chunk) => chunk);
    const keeper = keeperOf(backups, before);
    const overwritten = await readOverwritten(storage, DOING, meta, { changed: [], lost: chunks, keeper });
    if (overwritten === OVERTAKEN) return OVERTAKEN;
    const batch = batchOf(replacement, meta.storeId, backups);
    const outcome = await storage.writeOnto(meta, DOING, {
      ...batch,
      deletes: [...batch.deletes, ...gone.map(({ id }) => copiesOf(id))],
      puts: [...overwritten.copies, ...batch.puts],
    });
    return outcome === 'overtaken' ? OVERTAKEN : outcome === 'committed';
  });
}

function batchOf(
  { image, marker }: Replacement,
  storeId: string,
  backups: Meta['backups'],
): WriteBatch & Required<Pick<WriteBatch, 'deletes' | 'puts'>> {
  const { seq, pageSize } = marker;
  const meta = metaEntry({ storeId, pageSize, checkpointSeq: seq, pageCount: image.length / pageSize, backups });
  const deletes: StorageRange[] = [chunksPast(image.length), wholeSeries(INDEX_SERIES), logUpTo(seq - 1)];
  // Whoever commits under this number too loses to the marker, or the marker loses to them.
  return { durability: 'strict', deletes, puts: [...encodeBase(image, seq), meta], adds: encodeCommit(marker) };
}
