import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';

/** The database's file without its free pages. VACUUM replaces the file under a database, so a detached copy has it done. */
export function vacuumed(engine: Engine, connection: Connection): Uint8Array {
  const copy = engine.detached(connection.file.image(connection.header.pageCount));
  try {
    copy.exec('VACUUM');
    return copy.export();
  } finally {
    copy.close();
  }
}
