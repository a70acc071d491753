// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeProject, sqliteBytes, tablite, tabliteJson } from './projects/project.js';

const COMMANDS = ['new', 'lint', 'lock', 'verify', 'plan', 'migrate', 'status', 'schema', 'rebuild'];

describe('help', () => {
  it.each([['help'], ['--help']])('as %s lists every command, and the exit codes', async (word) => {
    const { code, stdout, stderr } = await tablite(makeProject('empty'), [word]);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name}[ $]`, 'm'));
    expect(stdout).toContain('Exit codes: 0 fine, 1 something was found or failed, 2 used wrongly.');
  });

  it.each(COMMANDS)('of %s is the same by word and by flag', async (name) => {
    const project = makeProject('empty');
    const byWord = await tablite(project, ['help', name]);
    expect(byWord).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: tablite ${name}`) });
    expect(byWord.stdout).toContain('--dir <folder>');
    expect(await tablite(project, [name, '--help'])).toEqual(byWord);
  });

  it('fits in 140 columns', async () => {
    const project = makeProject('empty');
    const texts = await Promise.all([['help'], ...COMMANDS.map((name) => ['help', name])].map((argv) => tablite(project, argv)));
    expect(texts.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.length > 140)).toEqual([]);
  });
});

it('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await tablite(makeProject('empty'), ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

it('takes options before and after the command', async () => {
  const project = makeProject();
  const after = await tablite(project, ['schema', '--dir', 'migrations', '--at=1']);
  expect(after.code).toBe(0);
  expect(await tablite(project, ['--dir', 'migrations', '--at', '1', 'schema'])).toEqual(after);
});

describe('wrong usage', () => {
  it.each([
    [[], 'a command is missing'],
    [['migrat'], 'no command "migrat"'],
    [['help', 'migrat'], 'no command "migrat"'],
    [['lint', '--fix'], "'--fix'"],
    [['lint', '--to', '3'], "'--to'"],
    [['lint', 'all'], 'takes no "all"'],
    [['plan'], 'takes <file.sqlite>'],
    [['plan', 'a.sqlite', 'b.sqlite'], 'takes no "b.sqlite"'],
    [['plan', 'a.sqlite', '--to', 'two'], '--to takes a version'],
    [['plan', 'a.sqlite', '--to'], "'--to"],
    [['schema', '--at', '9'], '0 to 3'],
    [['migrate', 'a.sqlite', '--backup', '--no-backup'], 'exclude each other'],
    [['new', '!?'], 'needs a letter'],
  ])('%j has exit code 2, and says what is wrong', async (argv, reason) => {
    const project = makeProject();
    const { code, stdout, stderr } = await tablite(project, argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(reason);
    const { code: jsonCode, value, stderr: jsonError } = await tabliteJson(project, argv);
    expect([jsonCode, jsonError]).toEqual([2, '']);
    expect(value).toEqual({ error: { name: 'UsageError', code: 'USAGE', message: expect.stringContaining(reason) } });
  });
});

describe('failures', () => {
  it('of a typed kind are one line, without a stack', async () => {
    const { code, stdout, stderr } = await tablite(makeProject('empty'), ['lint']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*migrations: there is no such folder\. .*\n$/);
  });

  it('with a place show it as file:line:column, and as fields with --json', async () => {
    const project = makeProject();
    project.write('migrations/v002_add_color.sql', '-- Version 2.\nALTER TABLE nots ADD COLUMN color;\n');
    const { code, stderr } = await tablite(project, ['schema']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: v002_add_color\.sql:2:1: no such table: nots.*\n$/)]);
    expect(await tabliteJson(project, ['schema'])).toMatchObject({
      code: 1,
      value: { error: { name: 'MigrationError', code: 'MIGRATION_SQL', file: 'v002_add_color.sql', line: 2, column: 1 } },
    });
  });

  it('that nobody foresaw have exit code 1 and tell where', async () => {
    const project = makeProject();
    project.write('a.sqlite', await sqliteBytes('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); PRAGMA user_version = 1;'));
    const now = () => {
      throw new RangeError('odd');
    };
    const { code, stderr } = await tablite(project, ['migrate', 'a.sqlite'], { now });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: RangeError: odd\n {4}at /);
    expect(await tabliteJson(project, ['migrate', 'a.sqlite'], { now })).toMatchObject({
      code: 1,
      value: { error: { name: 'RangeError', code: 'UNEXPECTED', message: 'odd' } },
    });
  });
});

describe('colors', () => {
  const withError = () => {
    const project = makeProject();
    project.write('migrations/v004_drop.sql', '-- Version 4.\nDROP TABLE notes;\n');
    return project;
  };
  const ESCAPE = '\u001b[';

  it('are for a terminal', async () => {
    const project = withError();
    expect((await tablite(project, ['lint'], { isTerminal: true })).stdout).toContain(`${ESCAPE}31merror${ESCAPE}39m L020`);
    expect((await tablite(project, ['lint'])).stdout).not.toContain(ESCAPE);
  });

  it('are left out where NO_COLOR is set, and of JSON', async () => {
    const project = withError();
    const noColor = { isTerminal: true, env: { NO_COLOR: '1' } };
    expect((await tablite(project, ['lint'], noColor)).stdout).not.toContain(ESCAPE);
    expect(JSON.stringify((await tabliteJson(project, ['lint'], { isTerminal: true })).value)).not.toContain('[31m');
  });
});
