// @vitest-environment node
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeProject, queryBytes, sqliteBytes, tablite, tabliteJson } from './projects/project.js';

const filesOf = ({ path }: { path: string }) => readdirSync(`${path}/migrations`).sort();

describe('tablite new', () => {
  it.each([
    [['Add tags'], 'v004_add_tags.sql'],
    [['add', 'tags'], 'v004_add_tags.sql'],
    [['addUserTags'], 'v004_add_user_tags.sql'],
    [['  Größe & Zahl -- 2 '], 'v004_gro_e_zahl_2.sql'],
    [['v009_add_tags.sql'], 'v004_add_tags.sql'],
  ])('%j makes %s', async (words, name) => {
    const project = makeProject();
    expect(await tablite(project, ['new', ...words])).toEqual({ code: 0, stdout: `Made migrations/${name}\n`, stderr: '' });
    expect(project.read(`migrations/${name}`)).toMatch(/^-- Version 4: .+\.\n(-- .+\n)+\n$/);
  });

  it('makes the folder with the first file', async () => {
    const project = makeProject('empty');
    const { code, value } = await tabliteJson(project, ['new', 'Initial schema', '--dir', 'db/chain']);
    expect([code, value]).toEqual([0, { file: `${project.path}/db/chain/v001_initial_schema.sql`, version: 1 }]);
    expect(existsSync(`${project.path}/db/chain/v001_initial_schema.sql`)).toBe(true);
  });

  it('--code makes a file that is a migration already', async () => {
    const project = makeProject();
    expect(await tablite(project, ['new', 'split names', '--code'])).toMatchObject({ code: 0 });
    expect(project.read('migrations/v004_split_names.ts')).toContain('export function up(tx: Transaction): void');
    expect(await tablite(project, ['lint'])).toMatchObject({ code: 0 });
  });

  it('refuses a folder in which two files have one number', async () => {
    const project = makeProject();
    project.write('migrations/v003_other.sql', 'SELECT 1;');
    const before = filesOf(project);
    expect(await tabliteJson(project, ['new', 'more'])).toMatchObject({ code: 1, value: { error: { code: 'MIGRATION_DUPLICATE' } } });
    expect(filesOf(project)).toEqual(before);
  });

  it('takes the next number though the last file is half written', async () => {
    const project = makeProject();
    project.write('migrations/v004_half.sql', "-- Version 4.\nINSERT INTO notes VALUES ('");
    expect(await tablite(project, ['new', 'more'])).toMatchObject({ code: 0, stdout: 'Made migrations/v005_more.sql\n' });
  });
});

describe('tablite lint', () => {
  it('finds nothing to stop at in the sample', async () => {
    const { code, stdout, stderr } = await tablite(makeProject(), ['lint']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Not in chain\.lock: v001_notes\.sql, .*\n3 files: nothing found\.\n$/);
  });

  it('shows each finding with the path that an editor opens', async () => {
    const project = makeProject();
    project.write('migrations/v004_drop.sql', '-- Version 4.\r\nSELECT 1;\r\n  DROP TABLE notes;\r\n');
    const { code, stdout } = await tablite(project, ['lint']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^migrations\/v004_drop\.sql:3:3: error L020 .+\n/m);
    expect(await tabliteJson(project, ['lint'])).toMatchObject({
      code: 1,
      value: { hasErrors: true, findings: expect.arrayContaining([expect.objectContaining({ rule: 'L020', line: 3, column: 3 })]) },
    });
  });

  it('--locked asks for a lock file that has them all', async () => {
    const project = makeProject();
    expect(await tabliteJson(project, ['lint', '--locked'])).toMatchObject({ code: 1, value: { hasErrors: true } });
    await tablite(project, ['lock']);
    expect(await tabliteJson(project, ['lint', '--locked'])).toMatchObject({ code: 0, value: { hasErrors: false, unlocked: [] } });
  });

  it('--rules lists every rule', async () => {
    const { code, value } = await tabliteJson(makeProject('empty'), ['lint', '--rules']);
    expect(code).toBe(0);
    expect(value).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'L010', severity: 'error' })]));
    expect((await tablite(makeProject('empty'), ['lint', '--rules'])).stdout).toMatch(/^L010 error: .+\n {2}.+\n {2}.+$/m);
  });
});

describe('tablite lock', () => {
  it('adds the files that are new, and nothing twice', async () => {
    const project = makeProject();
    expect(await tablite(project, ['lock'])).toMatchObject({
      code: 0,
      stdout: 'locked v001_notes.sql\nlocked v002_add_color.sql\nlocked v003_shout.ts\n',
    });
    const first = project.read('migrations/chain.lock');
    expect(first.split('\n')).toHaveLength(5);
    expect(await tablite(project, ['lock'])).toMatchObject({ code: 0, stdout: 'Every file is locked already.\n' });
    expect(project.read('migrations/chain.lock')).toBe(first);

    project.write('migrations/v004_tags.sql', '-- Version 4: tags.\nCREATE TABLE tags (id INTEGER PRIMARY KEY);\n');
    expect(await tabliteJson(project, ['lock'])).toMatchObject({ code: 0, value: { locked: ['v004_tags.sql'] } });
    expect(project.read('migrations/chain.lock').startsWith(first)).toBe(true);
  });

  it('adds none while the lint finds an error', async () => {
    const project = makeProject();
    project.write('migrations/v004_drop.sql', 'DROP TABLE notes;\n');
    const { code, stdout } = await tablite(project, ['lock']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/v004_drop\.sql:1:1: error L020.*Nothing was locked: 1 error/s)]);
    expect(existsSync(`${project.path}/migrations/chain.lock`)).toBe(false);
  });

  it.each([
    [
      'edited',
      (project: ReturnType<typeof makeProject>) =>
        project.write('migrations/v001_notes.sql', 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, more TEXT);\n'),
    ],
    [
      'given another revision',
      (project: ReturnType<typeof makeProject>) =>
        project.write('migrations/v003_shout.ts', "export const revision = '2';\nexport function up() {}\n"),
    ],
  ])('holds a released file that is %s against lint and lock', async (_what, change) => {
    const project = makeProject();
    await tablite(project, ['lock']);
    const before = project.read('migrations/chain.lock');
    change(project);
    for (const argv of [['lint'], ['lock']]) {
      expect(await tabliteJson(project, argv)).toMatchObject({
        code: 1,
        value: { findings: expect.arrayContaining([expect.objectContaining({ rule: 'L040', severity: 'error' })]) },
      });
    }
    expect(project.read('migrations/chain.lock')).toBe(before);
  });

  it('finds a line that was changed by hand', async () => {
    const project = makeProject();
    await tablite(project, ['lock']);
    const lines = project.read('migrations/chain.lock').split('\n');
    project.write(
      'migrations/chain.lock',
      lines
        .toSpliced(2, 1, (lines[2] ?? '').replace(/chain:./, 'chain:0'))
        .join('\n')
        .replace('chain:00', 'chain:01'),
    );
    expect((await tablite(project, ['lint'])).stdout).toMatch(/^migrations\/chain\.lock:3:1: error L040 .*does not follow/m);
  });

  it('finds a schema that is another one though no file changed', async () => {
    const project = makeProject();
    await tablite(project, ['lock']);
    project.write(
      'migrations/chain.lock',
      project.read('migrations/chain.lock').replaceAll(/schema:[0-9a-f]+/g, 'schema:0123456789abcdef'),
    );
    expect((await tablite(project, ['lint'])).stdout).toMatch(
      /^migrations\/chain\.lock:2:1: error L040 .*v001_notes\.sql .*another schema/m,
    );
  });

  it('--force makes the line of a file that nobody has run anew, and those below it', async () => {
    const project = makeProject();
    await tablite(project, ['lock']);
    const [header, first, second, third] = project.read('migrations/chain.lock').split('\n');
    project.write('migrations/v002_add_color.sql', "-- Version 2.\nALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red';\n");
    expect(await tablite(project, ['lock'])).toMatchObject({ code: 1 });
    expect(await tablite(project, ['lock', '--force', 'v002_add_color.sql'])).toMatchObject({ code: 0 });
    const after = project.read('migrations/chain.lock').split('\n');
    expect(after.slice(0, 2)).toEqual([header, first]);
    expect(after[2]).not.toBe(second);
    expect(after[3]?.split(' chain:')[0]).toBe(third?.split(' chain:')[0]);
    expect(await tablite(project, ['lint', '--locked'])).toMatchObject({ code: 0 });
  });

  it('--force of one file lets no other change', async () => {
    const project = makeProject();
    await tablite(project, ['lock']);
    const before = project.read('migrations/chain.lock');
    project.write('migrations/v002_add_color.sql', "-- Version 2.\nALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red';\n");
    for (const name of ['v001_notes.sql', 'v009_none.sql'])
      expect(await tabliteJson(project, ['lock', '--force', name])).toMatchObject({ code: 1, value: { error: { code: 'LOCK_REFUSED' } } });
    expect(project.read('migrations/chain.lock')).toBe(before);
  });
});

describe('tablite schema', () => {
  it('prints statements that make the same schema again', async () => {
    const project = makeProject();
    project.write(
      'migrations/v004_more.sql',
      `-- Version 4: more.
CREATE TABLE a_first (id INTEGER PRIMARY KEY, note INTEGER NOT NULL REFERENCES notes (id));
CREATE INDEX idx_a_first_note ON a_first (note);
CREATE VIEW red AS SELECT * FROM notes WHERE color = 'red';
CREATE TRIGGER red_insert INSTEAD OF INSERT ON red BEGIN INSERT INTO notes (text, color) VALUES (NEW.text, 'red'); END;
`,
    );
    const { code, stdout } = await tablite(project, ['schema']);
    expect(code).toBe(0);
    expect([...stdout.matchAll(/^CREATE (\w+ \w+)/gm)].map(([, what]) => what)).toEqual([
      'TABLE a_first',
      'INDEX idx_a_first_note',
      'TABLE notes',
      'VIEW red',
      'TRIGGER red_insert',
    ]);
    const listed = 'SELECT name, sql FROM sqlite_schema ORDER BY name';
    expect(await queryBytes(await sqliteBytes(stdout), listed)).toHaveLength(5);
    expect((await tablite(project, ['schema'])).stdout).toBe(stdout);
  });

  it('--at prints that of a version, with its fingerprint in JSON', async () => {
    const project = makeProject();
    expect((await tablite(project, ['schema', '--at', '1'])).stdout).not.toContain('color');
    await tablite(project, ['lock']);
    const { value } = await tabliteJson(project, ['schema', '--at', '2']);
    const { version, fingerprint } = value as { version: number; fingerprint: string };
    expect(version).toBe(2);
    expect(project.read('migrations/chain.lock')).toContain(`schema:${fingerprint}`);
  });
});

describe('tablite rebuild', () => {
  it('makes a file that runs, and changes nothing but what is edited in it', async () => {
    const project = makeProject();
    await tablite(project, ['lock']);
    expect(await tablite(project, ['rebuild', 'notes'])).toMatchObject({ code: 0, stdout: 'Made migrations/v004_rebuild_notes.sql\n' });
    const [before, after] = await Promise.all([['--at', '3'], []].map((at) => tabliteJson(project, ['schema', ...at])));
    const fingerprintOf = (ran: typeof before) => (ran?.value as { fingerprint: string } | undefined)?.fingerprint;
    expect(fingerprintOf(after)).toBe(fingerprintOf(before));
  });

  it('of no table is wrong usage', async () => {
    const { code, stderr } = await tablite(makeProject(), ['rebuild', 'note']);
    expect([code, stderr]).toEqual([2, 'error: There is no table "note" to rebuild.\n']);
  });
});

describe('tablite verify', () => {
  it('prints each path', async () => {
    const project = makeProject();
    const { code, stdout } = await tablite(project, ['verify']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^4 upgrades /);
    const { value } = await tabliteJson(project, ['verify']);
    expect((value as { paths: unknown[] }).paths).toContainEqual(expect.objectContaining({ from: 1, to: 3 }));
  });

  it('finds what fails on rows only', async () => {
    const project = makeProject();
    project.write(
      'migrations/v004_unique.sql',
      '-- Version 4: one note of a color.\nCREATE UNIQUE INDEX idx_notes_color ON notes (color);\n',
    );
    expect(await tablite(project, ['lint'])).toMatchObject({ code: 0 });
    expect(await tabliteJson(project, ['verify'])).toMatchObject({
      code: 1,
      value: { error: { code: 'MIGRATION_SQL', file: 'v004_unique.sql', line: 2, message: expect.stringContaining('UNIQUE') } },
    });
  });

  it.each(['[]', '{"notes": 1}', '{', undefined])('refuses a seed of %s', async (content) => {
    const project = makeProject();
    if (content !== undefined) project.write('seed.json', content);
    expect(await tabliteJson(project, ['verify', '--seed', 'seed.json'])).toMatchObject({ code: 2, value: { error: { code: 'USAGE' } } });
  });

  it('takes a seed', async () => {
    const project = makeProject();
    project.write('seed.json', '{"notes": [{ "id": 1, "text": "a" }]}');
    expect(await tabliteJson(project, ['verify', '--seed', 'seed.json'])).toMatchObject({ code: 0 });
  });
});
