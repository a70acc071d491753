import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { sqlFailure } from '../engine/sql-failure.js';

/** Where the header keeps the schema cookie: https://www.sqlite.org/fileformat2.html#schema_cookie */
const SCHEMA_COOKIE_OFFSET = 40;

/** The database's file without its free pages. VACUUM replaces the file under a database, so a detached copy has it done. */
export function vacuumed(engine: Engine, connection: Connection): Uint8Array {
  const { pageCount, schemaCookie } = connection.header;
  const copy = engine.detached(connection.file.image(pageCount));
  try {
    copy.exec('VACUUM');
    const image = copy.export();
    // sql.js exports with the cookie begun anew. A replica that has seen a schema of that cookie would take this one for it.
    new DataView(image.buffer, image.byteOffset).setUint32(SCHEMA_COOKIE_OFFSET, schemaCookie + 1);
    return image;
  } catch (thrown) {
    throw sqlFailure(thrown, 'VACUUM');
  } finally {
    copy.close();
  }
}
