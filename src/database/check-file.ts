import type { Engine } from '../engine/engine.js';
import { ImportError } from '../errors/database-error.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';

/** Offsets of the read and the write version in the header; 2 in them means a write-ahead log. */
const VERSION_BYTES = [18, 19] as const;

/**
 * The bytes as a whole SQLite file in rollback mode, with a valid header and nothing that truncates it.
 *
 * @throws {ImportError}
 */
export function checkFile(engine: Engine, bytes: Uint8Array): Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new ImportError(
      'IMPORT_TYPE',
      'import() takes a Uint8Array with the bytes of a SQLite file. Of a Blob or File: new Uint8Array(await file.arrayBuffer()).',
    );
  }
  if (bytes.length === 0) throw new ImportError('IMPORT_EMPTY', 'The file is empty. Choose a SQLite file.');
  const header = readHeader(bytes.subarray(0, HEADER_BYTES));
  if (!header)
    throw new ImportError(
      'IMPORT_NOT_A_DATABASE',
      'The bytes are not a SQLite file: their header is another. A compressed or encrypted file has to be opened first.',
    );
  const { pageSize, pageCount } = header;
  if (bytes.length % pageSize !== 0 || bytes.length < pageCount * pageSize) {
    throw new ImportError(
      'IMPORT_TRUNCATED',
      `The file ends early: it has ${bytes.length} bytes and its header promises ${pageCount} pages of ${pageSize}. Copy it again.`,
    );
  }
  // A copy, which slice() of a Buffer is not. In rollback mode: what a -wal file beside it held and had not been moved into it
  // is not part of these bytes.
  const copy = new Uint8Array(bytes);
  for (const offset of VERSION_BYTES) copy[offset] = 1;
  return rewritten(engine, copy, header.isAutoVacuum);
}

function rewritten(engine: Engine, image: Uint8Array, isAutoVacuum: boolean): Uint8Array {
  const database = engine.detached(image);
  try {
    const report =
      database
        .exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA quick_check(5)')
        .at(-1)
        ?.values.map(([line]) => String(line)) ?? [];
    if (report.join() !== 'ok')
      throw new ImportError('IMPORT_DAMAGED', `The file is damaged: ${report.join('; ')}. Use another copy of it.`);
    // A file that vacuums itself truncates itself, which the paged file must never see.
    if (isAutoVacuum) database.exec('PRAGMA auto_vacuum = NONE; VACUUM');
    return database.export();
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError('IMPORT_DAMAGED', `The file is damaged: ${reason}. Use another copy of it.`, { cause });
  } finally {
    database.close();
  }
}
