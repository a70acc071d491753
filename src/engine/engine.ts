import { HEADER_BYTES, readHeader } from '../page/header.js';
import { Connection } from './connection.js';
import { loadSqlJs } from './load-sql-js.js';
import { PagedFile } from './paged-file.js';
import { proveEngine } from './proof.js';
import type { SqlJs, SqlJsDatabase } from './sql-js.js';

/** sql.js, proven fit, and what can be made with it. */
export interface Engine {
  /** The file of a database with nothing in it: one page with a valid header. */
  readonly emptyImage: Uint8Array;
  /** Opens a connection over pages; a page array is used as it is and must not be changed by the caller. */
  connect(pages: readonly Uint8Array[], pageSize: number): Connection;
  /** Opens a connection over a paged file that nothing else writes to. */
  connectTo(file: PagedFile): Connection;
  /** Opens a connection over a file with a valid header, whose bytes are used as they are and never changed. */
  open(image: Uint8Array): Connection;
  /** An ordinary sql.js database over a copy of the bytes, to check or to rewrite a file away from the live one. */
  detached(image: Uint8Array): SqlJsDatabase;
}

const engineBySqlJs = new WeakMap<SqlJs, Engine>();

/**
 * Loads and proves the engine, once for this page.
 *
 * @throws {EngineError}
 */
export async function loadEngine(wasmUrl: string): Promise<Engine> {
  return engineOf(await loadSqlJs(wasmUrl));
}

/** The engine on a given sql.js. @throws {EngineError} `ENGINE_UNFIT` */
export function engineOf(sqlJs: SqlJs): Engine {
  const known = engineBySqlJs.get(sqlJs);
  if (known) return known;
  const connectTo: Engine['connectTo'] = (file) => new Connection(sqlJs, file);
  const connect: Engine['connect'] = (pages, pageSize) => connectTo(new PagedFile(pages, pageSize));
  const engine: Engine = {
    emptyImage: proveEngine(sqlJs),
    connect,
    connectTo,
    open: (image) => {
      const { pages, pageSize } = pagesOfImage(image);
      return connect(pages, pageSize);
    },
    detached: (image) => new sqlJs.Database(image),
  };
  engineBySqlJs.set(sqlJs, engine);
  return engine;
}

/** The pages of a standard SQLite file, as views of it. The header must be valid. */
export function pagesOfImage(image: Uint8Array): { pages: Uint8Array[]; pageSize: number } {
  const pageSize = readHeader(image.subarray(0, HEADER_BYTES))?.pageSize ?? 4096;
  const pages: Uint8Array[] = [];
  for (let start = 0; start < image.length; start += pageSize) {
    let page = image.subarray(start, start + pageSize);
    if (page.length < pageSize) {
      // A file that was cut off ends in zeros, as a short read of a disk does.
      const whole = new Uint8Array(pageSize);
      whole.set(page);
      page = whole;
    }
    pages.push(page);
  }
  return { pages, pageSize };
}
