import type { Connection } from '../engine/connection.js';

/** A file of the chain: its SQL text as it is on disk, or the revision of its code. A path before the name is left out. */
export type LintFile = { readonly name: string; readonly sql: string } | { readonly name: string; readonly revision: string };

/** A released file. */
export interface LockedFile {
  readonly name: string;
  readonly checksum: string;
}

export interface LintOptions {
  /** Runs the code file of this name on the scratch database. Without it, what the schema is after a code file is not known. */
  readonly applyHook?: (name: string, connection: Connection) => void;
  /** Names of files that were taken over from another tool: L004 is no error there. */
  readonly imported?: readonly string[];
  /** The oldest SQLite that has to read the files, such as `3.40.0`. By default the one that sql.js carries: L035 is silent. */
  readonly minimumSqlite?: string;
  /** The released files, in order. Without it nothing is released: L040 and L041 are silent. */
  readonly lock?: readonly LockedFile[];
  /** The checksum of each file by name, made as those of the lock. Needed with `lock`. */
  readonly checksums?: ReadonlyMap<string, string>;
}
