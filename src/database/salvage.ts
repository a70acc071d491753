import type { Engine } from '../engine/engine.js';
import { BackupError, CorruptionError, SalvageError } from '../errors/storage-error.js';
import { isSameLine } from '../store/id.js';
import { salvagedFile } from '../store/survey.js';
import { type InspectOptions, type Remains, withRemains } from './inspect-storage.js';

export interface SalvageOptions extends InspectOptions {
  /** The id of a backup to salvage; the newest state of all that is left, by default. */
  readonly backup?: string;
  /** The only place to take it from, whichever store that is of; the storage and its own mirror, by default. */
  readonly from?: 'storage' | 'mirror';
}

/** A database file that was put together from what is left. */
export interface Salvaged {
  /** A standard SQLite file; to go on with it, delete the database and import it. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly from: 'storage' | 'mirror' | 'backup';
  /** The commit that it is at; undefined for a backup. */
  readonly seq: number | undefined;
  /** What `PRAGMA integrity_check` says of the file: `['ok']`, or what is wrong with it. */
  readonly integrity: readonly string[];
}

/**
 * The newest consistent database that can be put together from what is left: at the last commit before any damage, from the
 * storage or the mirror, whichever is later, or else the newest backup that is whole. Nothing is changed.
 *
 * @throws {SalvageError} when nothing consistent is left.
 * @throws {BackupError} {CorruptionError} when the backup asked for is not there, or not whole.
 * @throws {StorageError} {StorageFormatError} when the storage cannot be read.
 */
export function salvage(name: string, options: SalvageOptions = {}): Promise<Salvaged> {
  return withRemains(name, options, async (remains) => {
    const engine = await remains.environment.loadEngine();
    for await (const { file, from, seq } of candidates(remains, options)) {
      const integrity = checked(engine, file);
      if (integrity) return { file, from, seq, integrity };
    }
    throw new SalvageError(name, remains.stored?.damaged ?? []);
  });
}

type Candidate = Omit<Salvaged, 'integrity'>;

/** The best first. @throws {BackupError} {CorruptionError} when the backup asked for cannot be had. */
async function* candidates({ stored, mirror, shelf, witness }: Remains, { backup, from }: SalvageOptions): AsyncGenerator<Candidate> {
  if (backup !== undefined) {
    yield { file: await shelf.read(backup), from: 'backup', seq: undefined };
    return;
  }
  const [own, copy] = [stored && salvagedFile(stored), mirror && salvagedFile(mirror)];
  // Damage of the meta record takes the id away.
  const storeId = stored?.meta?.storeId || witness?.storeId;
  const isOurs = storeId !== undefined && isSameLine(storeId, mirror?.meta?.storeId ?? '');
  const isPossible = isOurs || storeId === undefined || from === 'mirror';
  const whole: Candidate[] = [];
  if (own && from !== 'mirror') whole.push({ ...own, from: 'storage' });
  if (copy && isPossible && from !== 'storage') whole.push({ ...copy, from: 'mirror' });
  // Whose mirror it is cannot be told: it comes last.
  yield* isOurs ? whole.sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0)) : whole;
  if (from !== undefined) return;
  for (const { id } of [...(stored?.meta?.backups ?? [])].reverse()) {
    const file = await shelf.read(id).catch((cause: unknown) => {
      if (cause instanceof CorruptionError || cause instanceof BackupError) return undefined;
      throw cause;
    });
    if (file) yield { file, from: 'backup', seq: undefined };
  }
}

/** What SQLite says of a file; undefined when it cannot read it at all. */
function checked(engine: Engine, file: Uint8Array): string[] | undefined {
  const database = engine.detached(file);
  try {
    return database.exec('PRAGMA integrity_check')[0]?.values.map(([line]) => String(line));
  } catch {
    return undefined;
  } finally {
    database.close();
  }
}
