import { readdirSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserKind } from './browser.js';

/** A header of LevelDB's log without its payload, as a kill in the middle of a write can leave it: the second start after it loses everything. */
const TORN_HEADER = Buffer.from([0xde, 0xad, 0xbe, 0xef, 0x46, 0x00, 0x01]);

/** The file to which the browser appends what is written to IndexedDB. */
export interface LogFile {
  /** Relative to the profile. */
  readonly path: string;
  readonly size: number;
}

/** The newest log of the origin's IndexedDB; undefined where there is none yet. */
export function newestLog(kind: BrowserKind, profile: string, port: number): LogFile | undefined {
  const [folder, ending] = {
    chromium: [`Default/IndexedDB/http_127.0.0.1_${port}.indexeddb.leveldb`, '.log'] as const,
    'chromium-sqlite': [`Default/IndexedDB/http_127.0.0.1_${port}`, '-wal'] as const,
    firefox: [`storage/default/http+++127.0.0.1+${port}/idb`, '-wal'] as const,
  }[kind];
  const files = namesIn(join(profile, folder))
    .filter((name) => name.endsWith(ending))
    .flatMap((name) => {
      // A log that was there a moment ago may have been replaced by the next one.
      const stats = statSync(join(profile, folder, name), { throwIfNoEntry: false });
      return stats ? [{ path: `${folder}/${name}`, size: stats.size, mtimeMs: stats.mtimeMs }] : [];
    });
  return files.sort((a, b) => b.mtimeMs - a.mtimeMs)[0];
}

/** Leaves a torn record at the end of LevelDB's newest log. @returns whether there was a log. */
export async function tearLog(profile: string, port: number): Promise<boolean> {
  const log = newestLog('chromium', profile, port);
  if (log) await appendFile(join(profile, log.path), TORN_HEADER);
  return log !== undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing was stored before the browser was killed.
    return [];
  }
}
