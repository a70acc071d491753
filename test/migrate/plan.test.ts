import { describe, expect, it } from 'vitest';
import { readChain } from '../../src/migrate/chain.js';
import { type Plan, planUpgrade, type Standing } from '../../src/migrate/plan.js';
import { thrownBy } from '../database/outcome.js';

const chain = readChain([1, 2, 3].map((version) => ({ name: `v00${version}_step.sql`, sql: `CREATE TABLE t${version} (x)` })));

/** A database that the chain brought to a version. */
function standingAt(version: number, change: Partial<Standing> = {}): Standing {
  const history = chain.slice(0, version).map((file) => ({ ...file, appliedAt: '2024-05-01T00:00:00.000Z', durationMs: 1 }));
  return { schemaVersion: version, history, hasTables: version > 0, ...change };
}

const versionsOf = ({ steps }: Plan) => steps.map(({ version }) => version);

describe('the plan', () => {
  it('goes from each version to the head', () => {
    expect([0, 1, 2, 3].map((version) => versionsOf(planUpgrade(chain, standingAt(version))))).toEqual([[1, 2, 3], [2, 3], [3], []]);
    expect(planUpgrade(chain, standingAt(1))).toMatchObject({ from: 1, to: 3 });
  });

  it('has no step without a chain, whatever the database is', () => {
    for (const standing of [standingAt(0), standingAt(0, { hasTables: true }), standingAt(2)])
      expect(planUpgrade([], standing).steps).toEqual([]);
  });

  it('has no step for a database that is newer', () => {
    expect(planUpgrade(chain.slice(0, 2), standingAt(3)).steps).toEqual([]);
  });

  it('takes a database that was stamped, and has no history or a part of one', () => {
    expect(versionsOf(planUpgrade(chain, standingAt(2, { history: [] })))).toEqual([3]);
    expect(versionsOf(planUpgrade(chain, standingAt(2, { history: standingAt(2).history.slice(1) })))).toEqual([3]);
  });

  it('changes nothing of what it is given', () => {
    const standing = Object.freeze(standingAt(1));
    Object.freeze(standing.history);
    const frozen = Object.freeze([...chain]);
    expect(planUpgrade(frozen, standing)).toEqual(planUpgrade(frozen, standing));
  });

  it('refuses a file that was edited after it was applied', () => {
    const edited = readChain(chain.map(({ name, sql, version }) => ({ name, sql: version === 2 ? `${sql};` : sql })));
    for (const version of [2, 3])
      expect(thrownBy(() => planUpgrade(edited, standingAt(version)))).toMatchObject({ code: 'MIGRATION_EDITED', file: 'v002_step.sql' });
    expect(versionsOf(planUpgrade(edited, standingAt(1)))).toEqual([2, 3]);
    expect(thrownBy(() => planUpgrade(edited, standingAt(3)))).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: changed after this database applied it (checksum f5184c5cf2b2, now 631ee7452670). Released migrations are frozen: restore the file and put the change in a new one. (A file that only you have seen: deleteDatabase() and begin anew.)]`,
    );
  });

  it('refuses a file that was renamed after it was applied', () => {
    const renamed = readChain(chain.map(({ name, sql, version }) => ({ name: version === 2 ? 'v002_other.sql' : name, sql })));
    const error = thrownBy(() => planUpgrade(renamed, standingAt(2)));
    expect(error).toMatchObject({ code: 'MIGRATION_MISSING', file: 'v002_step.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: the database applied this file as version 2, and the chain has v002_other.sql there. Restore the file and give the new one the next free number.]`,
    );
    expect(versionsOf(planUpgrade(renamed, standingAt(1)))).toEqual([2, 3]);
  });

  it('refuses a database that has tables and no version', () => {
    const error = thrownBy(() => planUpgrade(chain, standingAt(0, { hasTables: true })));
    expect(error).toMatchObject({ code: 'MIGRATION_UNVERSIONED', file: 'v001_step.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql: the database has tables and schema version 0: it was not made by this chain. Open it without migrations, export() it and delete it; then open with the chain and import(bytes, { schemaVersion }), naming the version that it corresponds to.]`,
    );
  });
});
