import { CorruptionError, StorageError } from '../errors/storage-error.js';
import { checksum } from '../page/checksum.js';
import { batchBytes, type Room, storageFull } from './full-storage.js';
import { KeyValueImage } from './key-value-image.js';
import type { Durability, ReadRequest, Storage, StorageEntry, StorageLoss, WriteBatch, WriteOutcome } from './storage.js';

// Not imported: a bundler for pages, which only comes by this file through an import that never runs there, could not resolve these.
const { link, mkdir, open, readdir, readFile, rename, rm, unlink } = process.getBuiltinModule('node:fs/promises');
const { basename, join, resolve } = process.getBuiltinModule('node:path');
const { deserialize, serialize } = process.getBuiltinModule('node:v8');

/** Batches between two snapshots. */
const SNAPSHOT_EVERY = 256;
const CHECKSUM_BYTES = 4;

/**
 * A storage in a folder, for Node: one numbered file for each write, and now and then a snapshot of everything.
 *
 * Several processes may use one folder: a file is published with `link`, which fails if the number is taken, so the file
 * system is the compare-and-swap. Hints reach the same process only; others see commits with `refresh()`.
 */
export function fileStorage(path: string): Storage {
  return new FileStorage(resolve(path));
}

class FileStorage implements Storage {
  readonly name: string;
  readonly kind = 'file';
  readonly #image = new KeyValueImage();
  /** The number of the newest batch in the image. */
  #newest = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #onLoss: (loss: StorageLoss) => void = () => undefined;

  constructor(path: string) {
    this.name = path;
  }

  read(requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#inTurn(async () => {
      await this.#catchUp();
      return this.#image.read(requests);
    });
  }

  write(batch: WriteBatch): Promise<WriteOutcome> {
    return this.#inTurn(
      async () => {
        for (;;) {
          await this.#catchUp();
          const outcome = this.#image.judge(batch);
          if (!outcome.isCommitted) return outcome;
          const change = { deletes: batch.deletes ?? [], puts: batch.puts ?? [], adds: batch.adds ?? [] };
          const content = serialize(change);
          if (!(await this.#publish(content, batch.durability))) continue;
          this.#newest++;
          this.#image.apply(deserialize(content));
          if (this.#newest % SNAPSHOT_EVERY === 0) await this.#snapshot();
          return outcome;
        }
      },
      { bytes: batchBytes(batch) },
    );
  }

  disconnect(): void {}

  onLoss(listener: (loss: StorageLoss) => void): void {
    this.#onLoss = listener;
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
  }

  async destroy(): Promise<void> {
    await this.close();
    this.#image.clear();
    this.#newest = 0;
    for (const file of await this.#files()) {
      if (/^\d+\.(batch|snapshot|torn)$/.test(file)) await rm(join(this.name, file), { force: true });
    }
    this.#onLoss('deleted');
  }

  async #inTurn<Result>(work: () => Promise<Result>, room: Room = {}): Promise<Result> {
    const done = this.#turn.then(work, work);
    this.#turn = done.catch(() => undefined);
    try {
      return await done;
    } catch (cause) {
      if (cause instanceof StorageError || cause instanceof CorruptionError) throw cause;
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code';
      if (code === 'ENOSPC' || code === 'EDQUOT') throw storageFull(`The disk is full (${this.name})`, cause, room);
      throw new StorageError(`The folder ${this.name} could not be used (${code}). Nothing was written.`, { cause });
    }
  }

  /** Makes the batch visible under the next number; false when somebody else took it. */
  async #publish(content: Buffer, durability: Durability): Promise<boolean> {
    await mkdir(this.name, { recursive: true });
    const number = this.#newest + 1;
    const temporary = join(this.name, `${process.pid}-${crypto.randomUUID()}.tmp`);
    await writeWhole(temporary, content, durability);
    try {
      await link(temporary, this.#path(number, 'batch'));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
      throw cause;
    } finally {
      await unlink(temporary);
    }
    // A number below a snapshot was free only because its batch is folded into the snapshot: ours is void.
    if ((await this.#newestSnapshot()) < number) return true;
    await unlink(this.#path(number, 'batch'));
    return false;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const snapshot = await this.#newestSnapshot();
      if (snapshot > this.#newest) {
        const entries = await this.#load(snapshot, 'snapshot');
        // A newer snapshot has just replaced it.
        if (entries === undefined) continue;
        this.#image.clear();
        // What #snapshot serialized: the entries of an image.
        this.#image.apply({ puts: entries as StorageEntry[] });
        this.#newest = snapshot;
      }
      const change = await this.#load(this.#newest + 1, 'batch');
      if (change === undefined) return;
      // What #publish serialized: the three lists of a batch.
      this.#image.apply(change as WriteBatch);
      this.#newest++;
    }
  }

  async #snapshot(): Promise<void> {
    const temporary = join(this.name, `${process.pid}-${crypto.randomUUID()}.tmp`);
    await writeWhole(temporary, serialize(this.#image.entries), 'strict');
    await rename(temporary, this.#path(this.#newest, 'snapshot'));
    for (const file of await this.#files()) {
      const isFolded = Number.parseInt(file, 10) < this.#newest && /\.(snapshot|batch)$/.test(file);
      if (isFolded || basename(this.#path(this.#newest, 'batch')) === file) await rm(join(this.name, file), { force: true });
    }
  }

  async #load(number: number, kind: 'batch' | 'snapshot'): Promise<unknown> {
    const path = this.#path(number, kind);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      throw cause;
    }
    const content = bytes.subarray(CHECKSUM_BYTES);
    if (bytes.length > CHECKSUM_BYTES && bytes.readUInt32LE(0) === checksum(content)) return deserialize(content);
    const hasNext = (await this.#files()).some((file) => Number.parseInt(file, 10) > number);
    if (kind === 'snapshot' || hasNext) throw new CorruptionError([path], 'A file of the storage is damaged');
    // A relaxed batch that a power cut tore, and nothing behind it: it was never promised to survive that.
    await rename(path, this.#path(number, 'torn'));
    return undefined;
  }

  async #newestSnapshot(): Promise<number> {
    const numbers = (await this.#files()).filter((file) => file.endsWith('.snapshot')).map((file) => Number.parseInt(file, 10));
    return Math.max(0, ...numbers);
  }

  async #files(): Promise<string[]> {
    try {
      return await readdir(this.name);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw cause;
    }
  }

  #path(number: number, kind: 'batch' | 'snapshot' | 'torn'): string {
    return join(this.name, `${String(number).padStart(12, '0')}.${kind}`);
  }
}

/** Writes a file whole before anybody sees it: a checksum, then the content. */
async function writeWhole(path: string, content: Buffer, durability: Durability): Promise<void> {
  const sum = Buffer.alloc(CHECKSUM_BYTES);
  sum.writeUInt32LE(checksum(content));
  const file = await open(path, 'wx');
  try {
    await file.writeFile(Buffer.concat([sum, content]));
    if (durability === 'strict') await file.sync();
  } finally {
    await file.close();
  }
}
