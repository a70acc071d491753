import { compareKeys } from './key-value-image.js';
import { decodeRecord, encodeRecord } from './record-bytes.js';
import type { StorageKey, StorageRange } from './storage.js';

/** The record of a key; undefined where there is none. */
export async function readRecord(folder: FileSystemDirectoryHandle, key: StorageKey): Promise<unknown> {
  const handle: FileSystemFileHandle | undefined = await folder.getFileHandle(fileName(key)).catch(ignoreMissing);
  const bytes = await (await handle?.getFile())?.arrayBuffer();
  // A file is made empty before its content is there as a whole: a page that died in between has left no record.
  if (!bytes?.byteLength) return undefined;
  try {
    return decodeRecord(bytes);
  } catch {
    return DAMAGED;
  }
}

/** What is read of a file that holds no record any more: like any value that is none, it is found to be damaged by whoever reads it. */
export const DAMAGED: Readonly<Record<string, never>> = Object.freeze({});

export async function writeRecord(folder: FileSystemDirectoryHandle, key: StorageKey, record: unknown): Promise<void> {
  const file = await folder.getFileHandle(fileName(key), { create: true });
  const writable = await file.createWritable();
  await writable.write(encodeRecord(record));
  // Until then the file is what it was: https://fs.spec.whatwg.org/#api-filesystemwritablefilestream
  await writable.close();
}

export async function removeRecord(folder: FileSystemDirectoryHandle, key: StorageKey): Promise<void> {
  await folder.removeEntry(fileName(key)).catch(ignoreMissing);
}

/** The keys of a range that have a file, in key order. */
export async function keysIn(folder: FileSystemDirectoryHandle, { from, to }: StorageRange): Promise<StorageKey[]> {
  const keys: StorageKey[] = [];
  for await (const name of folder.keys()) {
    // A browser may keep files of its own beside, while it writes.
    if (!name.endsWith(RECORD)) continue;
    const key: StorageKey = JSON.parse(decodeURIComponent(name.slice(0, -RECORD.length)));
    if (compareKeys(from, key) <= 0 && compareKeys(key, to) <= 0) keys.push(key);
  }
  return keys.sort(compareKeys);
}

const RECORD = '.record';

function fileName(key: StorageKey): string {
  return `${encodeURIComponent(JSON.stringify(key))}${RECORD}`;
}

/** Files that are read or written at once: one after the other, each would wait for the browser's other process. */
const AT_ONCE = 16;

/** Does the work for each item, a group at a time. @returns what it gave, in the order of the items. */
export async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  alive: () => void,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
    alive();
  }
  return results;
}

export function ignoreMissing(cause: unknown): undefined {
  if (cause instanceof DOMException && cause.name === 'NotFoundError') return undefined;
  throw cause;
}
