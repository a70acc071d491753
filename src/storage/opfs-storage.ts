import { StorageError, StorageUnavailableError } from '../errors/storage-error.js';
import { TabliteError } from '../errors/tablite-error.js';
import { storageFull } from './full-storage.js';
import { eachAtOnce, ignoreMissing, keysIn, readRecord } from './opfs-files.js';
import { finishJournal, writeJournal } from './opfs-journal.js';
import { META_KEY, type ReadRequest, type Storage, type WriteBatch, type WriteOutcome, wholeSeries } from './storage.js';

const FOLDER = 'tablite-mirror';

/**
 * A storage in the origin private file system (https://fs.spec.whatwg.org), with a file for each record; undefined where there is
 * none that a page may write to. It is for what fails apart from IndexedDB: each record costs some milliseconds.
 *
 * A batch is written to a journal first, which exists only as a whole, and then to its files: whoever comes next finishes what
 * was left. A Web Lock lets one tab in at a time.
 */
export function opfsStorage(name: string): Storage | undefined {
  const { navigator, FileSystemFileHandle } = globalThis;
  if (typeof navigator?.storage?.getDirectory !== 'function' || !navigator.locks) return undefined;
  if (typeof FileSystemFileHandle !== 'function' || !('createWritable' in FileSystemFileHandle.prototype)) return undefined;
  return new OpfsStorage(name);
}

class OpfsStorage implements Storage {
  readonly name: string;
  readonly kind = 'file';
  #isClosed = false;

  constructor(name: string) {
    this.name = name;
  }

  read(requests: readonly ReadRequest[], alive: () => void = () => undefined): Promise<unknown[]> {
    return this.#alone('reading', async () => {
      const folder: FileSystemDirectoryHandle | undefined = await folderOf(this.name, false).catch(ignoreMissing);
      if (!folder) return requests.map((request) => ('get' in request ? undefined : []));
      await finishJournal(folder, alive);
      return eachAtOnce(requests, alive, (request) => answer(folder, request, alive));
    });
  }

  write(batch: WriteBatch, alive: () => void = () => undefined): Promise<WriteOutcome> {
    return this.#alone('writing', async () => {
      const folder = await folderOf(this.name, true);
      await finishJournal(folder, alive);
      const meta = await readRecord(folder, META_KEY);
      if (batch.guard && !batch.guard(meta)) return { isCommitted: false, meta };
      for (const { key } of batch.adds ?? []) if ((await readRecord(folder, key)) !== undefined) return { isCommitted: false, meta };
      await writeJournal(folder, batch);
      await finishJournal(folder, alive);
      return { isCommitted: true, meta };
    });
  }

  disconnect(): void {
    // There is no connection: each request opens the files that it needs.
  }

  onLoss(): void {
    // Nobody tells that files have been deleted: the next request finds none.
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async destroy(): Promise<void> {
    await this.#alone('deleting', async () => {
      this.#isClosed = true;
      // Nothing is made for it: where there is no room, that would fail.
      const root: FileSystemDirectoryHandle | undefined = await (await navigator.storage.getDirectory())
        .getDirectoryHandle(FOLDER)
        .catch(ignoreMissing);
      await root?.removeEntry(encodeURIComponent(this.name), { recursive: true }).catch(ignoreMissing);
    });
  }

  async #alone<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await locked(this.name, async () => {
        if (this.#isClosed) throw new StorageError('The storage was closed.', { wasSent: false });
        return work();
      });
    } catch (cause) {
      if (cause instanceof TabliteError) throw cause;
      const reason = cause instanceof Error ? cause.name : String(cause);
      if (reason === 'QuotaExceededError') throw storageFull(`The browser's storage is full (while ${doing} a file)`, cause);
      if (reason === 'SecurityError')
        throw new StorageUnavailableError('The origin private file system is forbidden here, as in some private modes.', { cause });
      throw new StorageError(`The origin private file system failed while ${doing} (${reason}).`, { cause });
    }
  }
}

function locked<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request(`tablite:opfs:${name}`, work) as Promise<Result>;
}

async function folderOf(name: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create });
  return root.getDirectoryHandle(encodeURIComponent(name), { create });
}

async function answer(folder: FileSystemDirectoryHandle, request: ReadRequest, alive: () => void): Promise<unknown> {
  if ('get' in request) return readRecord(folder, request.get);
  const range = 'range' in request ? request.range : wholeSeries(request.series);
  return eachAtOnce(await keysIn(folder, range), alive, (key) => readRecord(folder, key));
}
