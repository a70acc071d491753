import { describe, expect, it } from 'vitest';
import { type Migrations, readChain } from '../../src/migrate/chain.js';
import { thrownBy } from '../database/outcome.js';

const SQL = 'CREATE TABLE t (x);';

function filesOf(...names: string[]): { name: string; sql: string }[] {
  return names.map((name) => ({ name, sql: SQL }));
}

function errorOf(migrations: Migrations): unknown {
  return thrownBy(() => readChain(migrations));
}

/** The error of a chain of one file. */
function errorOfText(sql: string): unknown {
  return errorOf([{ name: 'v001_first.sql', sql }]);
}

describe('a chain', () => {
  it('is put in the order of its numbers, whatever the order and the folder of its files', () => {
    const chain = readChain({ '/app/migrations/v010_last.sql': SQL, ...Object.fromEntries(names(9).map((name) => [`../${name}`, SQL])) });
    expect(chain.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(chain.at(-1)?.name).toBe('v010_last.sql');
  });

  it('may be empty', () => {
    expect(readChain({})).toEqual([]);
    expect(readChain([])).toEqual([]);
  });

  it('goes on past 999', () => {
    expect(readChain(filesOf(...names(1000))).at(-1)).toMatchObject({ version: 1000, name: 'v1000_step.sql' });
  });

  it('is not changed by line ends and a byte order mark, and by everything else', () => {
    const checksumOf = (sql: string) => readChain([{ name: 'v001_first.sql', sql }])[0]?.checksum;
    const unix = 'CREATE TABLE t (x);\nCREATE TABLE u (y);\n';
    expect(checksumOf(unix.replaceAll('\n', '\r\n'))).toBe(checksumOf(unix));
    expect(checksumOf(`\ufeff${unix}`)).toBe(checksumOf(unix));
    expect(checksumOf(`${unix} `)).not.toBe(checksumOf(unix));
    // printf 'SELECT 1;\n' | sha256sum
    expect(checksumOf('SELECT 1;\n')).toBe('b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd');
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `v${String(n + 1).padStart(3, '0')}_step.sql`);
}

describe('a chain is refused', () => {
  const badNames = [
    'v1_first.sql',
    '001_first.sql',
    'v000_zero.sql',
    'v001.sql',
    'v001_First.sql',
    'v001_a-b.sql',
    'v001__a.sql',
    'v001_a_.sql',
    'v001_a.SQL',
    'v001_a.sql.bak',
    'v01_a.sql',
    '',
  ];

  it.each(badNames)('for the name "%s"', (name) => {
    expect(errorOf(filesOf(name))).toMatchObject({ code: 'MIGRATION_NAME', file: name });
  });

  it('for a name, with what a name is', () => {
    expect(errorOf(filesOf('first.sql'))).toMatchInlineSnapshot(
      `[MigrationError: first.sql: expected a name like v001_initial_schema.sql: a number of three digits from 001, then lower-case words.]`,
    );
  });

  it('for a number that is taken twice', () => {
    const error = errorOf(filesOf('v001_a.sql', 'v002_b.sql', 'v002_c.sql'));
    expect(error).toMatchObject({ code: 'MIGRATION_DUPLICATE' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v002_c.sql: version 2 is taken by v002_b.sql too. Give the newer file the next free number.]`,
    );
    expect(errorOf(filesOf('v001_a.sql', 'v0001_b.sql'))).toMatchObject({ code: 'MIGRATION_DUPLICATE' });
  });

  it('for a number that is missing', () => {
    const error = errorOf(filesOf('v001_a.sql', 'v003_c.sql'));
    expect(error).toMatchObject({ code: 'MIGRATION_GAP', file: 'v003_c.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v003_c.sql: expected version 2 here and found 3. Versions count from 1 without a gap: restore the missing file, or renumber.]`,
    );
    expect(errorOf(filesOf('v002_b.sql'))).toMatchObject({ code: 'MIGRATION_GAP', file: 'v002_b.sql' });
  });

  it('for a file without a statement', () => {
    for (const sql of ['', ' \n', '-- to do', '/* to do */ ;;'])
      expect(errorOfText(sql)).toMatchObject({ code: 'MIGRATION_EMPTY', file: 'v001_first.sql' });
    expect(errorOfText('')).toMatchInlineSnapshot(
      `[MigrationError: v001_first.sql: the file has no statement. Write one, or remove the file if it was never released.]`,
    );
  });

  it('for a glob that does not give texts', () => {
    const lazy = { '/migrations/v001_first.sql': () => Promise.resolve(SQL) } as unknown as Migrations;
    const error = errorOf(lazy);
    expect(error).toMatchObject({ code: 'MIGRATION_EMPTY', file: 'v001_first.sql' });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v001_first.sql: expected the SQL text. With import.meta.glob, pass { query: '?raw', import: 'default', eager: true }.]`,
    );
    expect(errorOf({ '/v001_first.sql': { default: SQL } } as unknown as Migrations)).toMatchObject({ code: 'MIGRATION_EMPTY' });
  });

  it('for a NUL, with its place', () => {
    const error = errorOfText('CREATE TABLE t (x);\n  SELECT \0 1;');
    expect(error).toMatchObject({ code: 'MIGRATION_REFUSED', line: 2, column: 10 });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v001_first.sql:2:10: a NUL character, after which SQLite reads nothing. Remove it.]`,
    );
  });

  it('for what begins and never ends, with its place', () => {
    const place = { code: 'MIGRATION_SQL', line: 2, column: 8 };
    expect(errorOfText("SELECT 1;\nSELECT 'open;\nSELECT 2;")).toMatchObject(place);
    expect(errorOfText('SELECT 1;\nSELECT "open;\n')).toMatchObject(place);
    expect(errorOfText('SELECT 1;\r\nSELECT /* open;\r\n')).toMatchObject(place);
    expect(errorOfText("SELECT 'it''s open")).toMatchInlineSnapshot(
      `[MigrationError: v001_first.sql:1:8: a string begins here and never ends. Close it.]`,
    );
  });
});
