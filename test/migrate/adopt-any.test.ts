import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdoptError } from '../../src/errors/adopt-error.js';
import { ConstraintError } from '../../src/errors/sql-error.js';
import { planAdoption, type SchemaSnapshot, takeSnapshot } from '../../src/migrate/adopt.js';
import { differences } from '../../src/migrate/differences.js';
import { readStructure } from '../../src/migrate/structure.js';
import { anyDrift, anyRows, dump, make } from './any-table.js';
import { withDatabase } from './schemas.js';

/** The class of what was thrown, when it is one that may be. */
function failureOf(act: () => void): 'AdoptError' | 'ConstraintError' | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AdoptError || thrown instanceof ConstraintError) return thrown.name;
    throw thrown;
  }
}

/** A value without its type, which another column may have changed. */
const plain = (sql: unknown) => (/^'[-.\d]+'$|^[-.\d]+$/.test(String(sql)) ? String(Number(String(sql).replaceAll("'", ''))) : String(sql));

describe('the adoption of any drifted table', () => {
  it('makes it the version with every row, or leaves it as it was', () => {
    const ends = { repaired: 0, AdoptError: 0, ConstraintError: 0 };
    fc.assert(
      fc.property(anyDrift, anyRows, ({ expected, found }, rows) => {
        const snapshot = withDatabase([], (scratch): SchemaSnapshot | undefined =>
          make(scratch, expected) ? takeSnapshot(scratch, 1) : undefined,
        );
        withDatabase(['PRAGMA foreign_keys = OFF'], (connection) => {
          if (!snapshot || !make(connection, found, rows)) return;
          const before = { structure: readStructure(connection), rows: dump(connection, found) };
          const failure = failureOf(() => {
            const { script } = planAdoption(connection, [snapshot]);
            expect(readStructure(connection)).toEqual(before.structure);
            connection.script(`BEGIN; ${script}; COMMIT`);
          });
          if (failure === 'ConstraintError') connection.script('ROLLBACK');
          expect(differences(readStructure(connection), failure ? before.structure : snapshot.structure)).toEqual([]);
          const after = dump(connection, expected);
          if (failure) expect(after).toEqual(before.rows);
          else expect(after.map((row) => row.map(plain)).sort()).toEqual(before.rows.map((row) => row.map(plain)).sort());
          expect(connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
          ends[failure ?? 'repaired']++;
        });
      }),
      { numRuns: 400 },
    );
    // How many rows break a constraint is up to chance.
    expect(Math.min(ends.repaired, ends.AdoptError), JSON.stringify(ends)).toBeGreaterThan(50);
  });
});
