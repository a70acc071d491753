import { describe, expect, it } from 'vitest';
import { readChain } from '../../src/migrate/chain.js';
import { type Plan, planUpgrade, type Standing } from '../../src/migrate/plan.js';
import { thrownBy } from '../database/outcome.js';

const files = [1, 2, 3].map((version) => ({ name: `v00${version}_step.sql`, sql: `CREATE TABLE t${version} (x)` }));
const chain = readChain(files);

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
    const edited = readChain(files.map(({ name, sql }, at) => ({ name, sql: at === 1 ? `${sql};` : sql })));
    for (const version of [2, 3])
      expect(thrownBy(() => planUpgrade(edited, standingAt(version)))).toMatchObject({ code: 'MIGRATION_EDITED', file: 'v002_step.sql' });
    expect(versionsOf(planUpgrade(edited, standingAt(1)))).toEqual([2, 3]);
    expect(thrownBy(() => planUpgrade(edited, standingAt(3)))).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: changed after this database applied it (checksum f5184c5cf2b2, now 631ee7452670). Released migrations are frozen: restore the file and put the change in a new one. (A file that only you have seen: deleteDatabase() and begin anew.)]`,
    );
  });

  it('refuses a file that was renamed after it was applied', () => {
    const renamed = readChain(files.map(({ name, sql }, at) => ({ name: at === 1 ? 'v002_other.sql' : name, sql })));
    const error = thrownBy(() => planUpgrade(renamed, standingAt(2)));
    expect(error).toMatchObject({ code: 'MIGRATION_MISSING', file: 'v002_step.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: the database applied this file as version 2, and the chain has v002_other.sql there. Restore the file and give the new one the next free number. (A file that only you have seen: deleteDatabase() and begin anew.)]`,
    );
    expect(versionsOf(planUpgrade(renamed, standingAt(1)))).toEqual([2, 3]);
  });

  it('refuses a database whose version was set back by hand', () => {
    const error = thrownBy(() => planUpgrade(chain, standingAt(1, { history: standingAt(3).history })));
    expect(error).toMatchObject({ code: 'MIGRATION_ORDER', file: 'v002_step.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: the database applied this file, and says schema version 1: PRAGMA user_version was set back by hand. Set it to 2 again with the tool that did, or restore a backup.]`,
    );
  });

  it('goes to the version that is asked for, and no further', () => {
    expect(versionsOf(planUpgrade(chain, standingAt(1), { to: 2 }))).toEqual([2]);
    expect(versionsOf(planUpgrade(chain, standingAt(1), { to: 1 }))).toEqual([]);
    expect(planUpgrade(chain, standingAt(0), { to: 2 })).toMatchObject({ from: 0, to: 2 });
  });

  it('goes neither back nor past the head, nor to half a version', () => {
    for (const to of [0, 4, 1.5, Number.NaN, -1])
      expect(thrownBy(() => planUpgrade(chain, standingAt(1), { to }))).toMatchInlineSnapshot(
        `[UsageError: to is to be a version from 1, where the database is, to 3: a chain runs forward only.]`,
      );
  });

  it('begins after the version that a database is adopted at', () => {
    const adoption = { version: 2, repairs: ['t1 lacks CHECK (x > 0)'], script: '' };
    const plan = planUpgrade(chain, standingAt(0, { hasTables: true }), { adoption });
    expect(versionsOf(plan)).toEqual([3]);
    expect(plan).toMatchObject({ from: 0, to: 3, adoption });
    expect(`${plan}`).toMatchInlineSnapshot(`
      "From version 0 to 3:
        2  adopted, 1 differences repaired:
           t1 lacks CHECK (x > 0)
        3  v003_step.sql"
    `);
    expect(thrownBy(() => planUpgrade(chain, standingAt(0, { hasTables: true }), { adoption, to: 1 }))).toMatchObject({ code: 'USAGE' });
  });

  it('prints well', () => {
    expect(`${planUpgrade(chain, standingAt(1))}`).toMatchInlineSnapshot(`
      "From version 1 to 3:
        2  v002_step.sql
        3  v003_step.sql"
    `);
    expect(`${planUpgrade(chain, standingAt(3))}`).toMatchInlineSnapshot(`"At version 3: nothing to do."`);
    const fits = planUpgrade(chain, standingAt(0, { hasTables: true }), { adoption: { version: 3, repairs: [], script: '' } });
    expect(`${fits}`).toMatchInlineSnapshot(`
      "From version 0 to 3:
        3  adopted, as it is"
    `);
  });
});
