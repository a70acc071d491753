import { describe, expect, it, vi } from 'vitest';
import { type MigrationReference, readChain } from '../../src/migrate/chain.js';
import { planUpgrade } from '../../src/migrate/plan.js';
import { readStanding, runPlan } from '../../src/migrate/run.js';
import { rejection, thrownBy } from '../database/outcome.js';
import { openConnection, rows } from '../engine/open-connection.js';

const SQL = ['CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'CREATE TABLE c (x)'];

/** Files that are loaded when they are needed, as the build tool lists them. */
function references(load: (text: string) => Promise<string>): MigrationReference[] {
  return SQL.map((sql, at) => {
    const name = `v00${at + 1}_step.sql`;
    const [built] = readChain([{ name: 'v001_step.sql', sql }]);
    return { name, checksum: built?.checksum ?? '', load: () => load(sql) };
  });
}

const upgrade = async (files: MigrationReference[], connection = openConnection()) => {
  await runPlan(connection, planUpgrade(readChain(files), readStanding(connection)), { now: () => 0 });
  return connection;
};

describe('files that are loaded when they are needed', () => {
  it('make the same database, and the same history, as files with their text', async () => {
    const lazy = await upgrade(references((text) => Promise.resolve(text.replaceAll('\n', '\r\n'))));
    expect(rows(lazy, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['tablite_history'],
    ]);
    const eager = readChain(SQL.map((sql, at) => ({ name: `v00${at + 1}_step.sql`, sql })));
    expect(rows(lazy, 'SELECT checksum FROM tablite_history').flat()).toEqual(eager.map(({ checksum }) => checksum));
    lazy.close();
  });

  it('are loaded only as far as there is something to apply', async () => {
    const load = vi.fn((text: string) => Promise.resolve(text));
    const files = references(load);
    const connection = openConnection();
    await runPlan(connection, planUpgrade(readChain(files), readStanding(connection), { to: 2 }), { now: () => 0 });
    expect(load.mock.calls.flat()).toEqual(SQL.slice(0, 2));
    await upgrade(files, connection);
    expect(load.mock.calls.flat()).toEqual(SQL);
    await upgrade(files, connection);
    expect(load).toHaveBeenCalledTimes(3);
    connection.close();
  });

  it('that cannot be loaded, or are another build than the list, fail the upgrade before anything is run', async () => {
    const cause = new TypeError('Failed to fetch');
    const connection = openConnection();
    const unreachable = await rejection(
      upgrade(
        references((text) => (text === SQL[2] ? Promise.reject(cause) : Promise.resolve(text))),
        connection,
      ),
    );
    expect(unreachable).toMatchObject({ code: 'MIGRATION_LOAD', file: 'v003_step.sql', cause });
    const edited = await rejection(
      upgrade(
        references((text) => Promise.resolve(`${text} -- edited`)),
        connection,
      ),
    );
    expect(edited).toMatchObject({ code: 'MIGRATION_LOAD', file: 'v001_step.sql' });
    expect([`${unreachable}`, `${edited}`]).toMatchInlineSnapshot(`
      [
        "MigrationError: v003_step.sql: could not be loaded. Nothing was changed: reload the page, with a connection to the server.",
        "MigrationError: v001_step.sql: what was loaded is not the file that the chain was built with. Nothing was changed: reload the page.",
      ]
    `);
    expect(rows(connection, 'SELECT * FROM sqlite_schema')).toEqual([]);
    connection.close();
  });

  it('need a checksum', () => {
    const [file] = references((text) => Promise.resolve(text));
    for (const checksum of ['', 'x'.repeat(64), undefined])
      expect(thrownBy(() => readChain([{ ...file, checksum } as MigrationReference]))).toMatchObject({ code: 'MIGRATION_LOAD' });
  });
});
