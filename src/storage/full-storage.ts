import { StorageFullError } from '../errors/storage-error.js';
import type { WriteBatch } from './storage.js';

/** What is known of a storage that is full, in bytes. */
export interface Room {
  /** The size of the write that did not fit. */
  readonly bytes?: number | undefined;
  /** What the origin's data takes. */
  readonly usage?: number | undefined;
  /** What it may take. */
  readonly quota?: number | undefined;
}

/** Asks the browser how full the origin's storage is; empty where it does not say. */
export type Estimate = () => Promise<Pick<Room, 'usage' | 'quota'>>;

/** `where` begins the message: what is full. */
export function storageFull(where: string, cause: unknown, room: Room = {}): StorageFullError {
  const { bytes, usage, quota } = room;
  const sizes = [
    ...(bytes === undefined ? [] : [`${inWords(bytes)} did not fit`]),
    ...(usage === undefined || quota === undefined ? [] : [`${inWords(usage)} of ${inWords(quota)} are used`]),
  ];
  const known = sizes.length > 0 ? `: ${sizes.join(', ')}` : '';
  return new StorageFullError(`${where}${known}. Nothing was written: free some space and try again.`, { cause, ...room });
}

/** The browser's own answer; never a failure, for it is asked when something has failed already. */
export async function estimateHere(): Promise<Pick<Room, 'usage' | 'quota'>> {
  try {
    const { usage, quota } = await globalThis.navigator.storage.estimate();
    return { usage, quota };
  } catch {
    return {};
  }
}

/** The bytes that the values of a batch hold. */
export function batchBytes({ puts = [], adds = [] }: WriteBatch): number {
  return [...puts, ...adds].reduce((sum, { value }) => sum + bytesIn(value), 0);
}

function bytesIn(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + bytesIn(part), 0);
}

function inWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
