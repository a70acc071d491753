import type { Connection } from '../engine/connection.js';
import { BackupError } from '../errors/storage-error.js';
import { readHeader } from '../page/header.js';
import { type Attempt, attemptSteps } from './attempt.js';
import type { LiveReplica } from './live-replica.js';

/** Where the header keeps the schema cookie: https://www.sqlite.org/fileformat2.html#schema_cookie */
const SCHEMA_COOKIE_OFFSET = 40;

/**
 * What SQLite takes from the header once for a connection, or not as often as it changes: page size, versions and reserved
 * bytes; auto-vacuum and text encoding. A file that differs in them needs a new connection in every tab.
 */
const FIXED_BYTES = [
  [16, 24],
  [52, 60],
] as const;

/**
 * Makes the database what a backup's file is, as one strict commit; the present state becomes a backup with it. Nothing may
 * wait to be committed, and no write may run meanwhile.
 */
export async function attemptRestore(live: LiveReplica, image: Uint8Array): Promise<Attempt<void>> {
  const { file, header } = live.connection;
  const note = { reason: 'restore' as const, schemaVersion: header.userVersion };
  if (!fitsConnection(image, file.page(0))) {
    const isKept = await live.replace(image, { ...note, ...live.backupOf() });
    return { isKept, result: undefined };
  }
  const restored = image.slice();
  // A replica that has seen the schema of the backup's cookie, or of any since, must not take this one for it.
  new DataView(restored.buffer).setUint32(SCHEMA_COOKIE_OFFSET, header.schemaCookie + 1);
  const run = async (connection: Connection) => connection.replacePages(restored);
  return attemptSteps(live, { durability: 'strict', run, backup: () => note });
}

/** @throws {BackupError} `BACKUP_NEWER` when the code could only read what it restores. */
export function refuseNewer(image: Uint8Array, known: number | undefined): void {
  const schemaVersion = readHeader(image)?.userVersion ?? 0;
  if (known === undefined || schemaVersion <= known) return;
  throw new BackupError(
    'BACKUP_NEWER',
    `The backup is at schema version ${schemaVersion}, and this code knows versions up to ${known}. Reload the page for the newer code to restore it.`,
  );
}

function fitsConnection(image: Uint8Array, firstPage: Uint8Array | undefined): boolean {
  return FIXED_BYTES.every(([from, to]) => {
    for (let at = from; at < to; at++) if (image[at] !== firstPage?.[at]) return false;
    return true;
  });
}
