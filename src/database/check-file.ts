import type { Engine } from '../engine/engine.js';
import { ImportError } from '../errors/database-error.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';
import { Examination } from './examination.js';

/** Bytes that an import takes unless it is told otherwise: 512 MiB, of which the page holds some copies for a moment. */
export const MAX_IMPORT_BYTES: number = 512 * 2 ** 20;

const MIB = 2 ** 20;

/**
 * The bytes as a whole SQLite file in rollback mode, with a valid header and nothing that truncates it.
 *
 * @throws {ImportError}
 */
export function checkFile(engine: Engine, bytes: Uint8Array): Uint8Array {
  checkHeader(bytes, Number.POSITIVE_INFINITY);
  const examination = new Examination(engine, copyOf(bytes));
  try {
    return examination.take([]);
  } finally {
    examination.close();
  }
}

/**
 * Whether the bytes can be a SQLite file, by their number and their header.
 *
 * @throws {ImportError}
 */
export function checkHeader(bytes: Uint8Array, maxBytes: number): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new ImportError(
      'IMPORT_TYPE',
      'import() takes a Uint8Array with the bytes of a SQLite file. Of a Blob or File: new Uint8Array(await file.arrayBuffer()).',
    );
  }
  if (bytes.length > maxBytes) {
    throw new ImportError(
      'IMPORT_TOO_LARGE',
      `The file has ${bytes.length} bytes (${mebibytes(bytes.length)} MiB), and an import takes up to ${maxBytes} (${mebibytes(maxBytes)} MiB). If you expect a file of that size, pass a larger maxBytes.`,
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
}

/** A copy, which slice() of a Buffer is not, and with nothing before or behind it in its memory. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function mebibytes(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
