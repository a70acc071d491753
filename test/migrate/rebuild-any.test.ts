import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences } from '../../src/migrate/differences.js';
import { rebuildScript } from '../../src/migrate/rebuild.js';
import { readStructure } from '../../src/migrate/structure.js';
import { anyRows, anyTable, dump, make } from './any-table.js';
import { withDatabase } from './schemas.js';

const OBJECTS = 'SELECT type, name, tbl_name FROM sqlite_schema ORDER BY 1, 2';

describe('a rebuild of any table', () => {
  it('leaves structure, rows and rowids as they were', () => {
    let rebuilt = 0;
    fc.assert(
      fc.property(anyTable, anyRows, (table, rows) => {
        withDatabase(['PRAGMA foreign_keys = OFF'], (connection) => {
          if (!make(connection, table, rows)) return;
          const before = { structure: readStructure(connection), rows: dump(connection, table), objects: connection.script(OBJECTS) };
          connection.script(`BEGIN; ${rebuildScript(connection, 't')} COMMIT`);
          expect(differences(readStructure(connection), before.structure)).toEqual([]);
          expect(dump(connection, table)).toEqual(before.rows);
          expect(connection.script(OBJECTS)).toEqual(before.objects);
          expect(connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
          rebuilt++;
        });
      }),
      { numRuns: 300 },
    );
    expect(rebuilt).toBeGreaterThan(100);
  });
});
