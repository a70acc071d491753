/** The header of a SQLite file in bytes: https://www.sqlite.org/fileformat2.html#the_database_header */
export const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';

/** What Tablite reads from the first 100 bytes of a SQLite file. */
export interface FileHeader {
  /** 512 to 65,536, a power of two. */
  readonly pageSize: number;
  readonly pageCount: number;
  /** The page, by its number from 1, where the list of free pages begins; 0 when none is free. */
  readonly firstFreePage: number;
  /** 1 for a rollback journal, 2 for a write-ahead log. */
  readonly writeVersion: number;
  /** Grows with each change of the schema. */
  readonly schemaCookie: number;
  readonly isAutoVacuum: boolean;
  /** `PRAGMA user_version`: the schema version. */
  readonly userVersion: number;
}

/** The header, or undefined where the bytes do not begin with one. */
export function readHeader(bytes: Uint8Array): FileHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  for (let at = 0; at < MAGIC.length; at++) if (bytes[at] !== MAGIC.charCodeAt(at)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const storedSize = view.getUint16(16);
  // 65,536 does not fit in the field and is written as 1.
  const pageSize = storedSize === 1 ? 65_536 : storedSize;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    pageSize,
    pageCount: view.getUint32(28),
    firstFreePage: view.getUint32(32),
    writeVersion: view.getUint8(18),
    schemaCookie: view.getUint32(40),
    isAutoVacuum: view.getUint32(52) !== 0,
    userVersion: view.getInt32(60),
  };
}
