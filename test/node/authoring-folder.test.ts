// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { chainOf, checksumsOf, readChainFolder } from '../../src/authoring/chain-folder.js';
import { checkChain } from '../../src/authoring/check-chain.js';
import { loadCode } from '../../src/authoring/load-code.js';
import { loadEngine } from '../../src/engine/engine.js';
import { makeProject } from './projects/project.js';

const folderOf = ({ path }: { path: string }) => readChainFolder(`${path}/migrations`);

describe('a folder of migrations', () => {
  it('gives SQL and code in order, and leaves out what is no migration', async () => {
    const project = makeProject();
    project.write('migrations/v003_shout.test.ts', '');
    project.write('migrations/v003_shout.d.ts', '');
    const folder = await folderOf(project);
    expect(folder.files.map(({ name }) => name)).toEqual(['v001_notes.sql', 'v002_add_color.sql', 'v003_shout.ts']);
    expect(folder.strays).toEqual([]);
    expect(folder.files[2]).toMatchObject({ code: { revision: '1', up: expect.any(Function) } });
  });

  it('orders by number and not by name', async () => {
    const project = makeProject('empty');
    project.write('migrations/v1000_b.sql', 'SELECT 1;');
    project.write('migrations/v999_a.sql', 'SELECT 1;');
    expect((await folderOf(project)).files.map(({ name }) => name)).toEqual(['v999_a.sql', 'v1000_b.sql']);
  });

  it('has the checksums that the chain itself has, whatever the line ends', async () => {
    const project = makeProject();
    const before = checksumsOf(await folderOf(project));
    project.write('migrations/v001_notes.sql', `\ufeff${project.read('migrations/v001_notes.sql').replaceAll('\n', '\r\n')}`);
    const folder = await folderOf(project);
    expect(checksumsOf(folder)).toEqual(before);
    expect([...before.values()]).toEqual(chainOf(folder).map(({ checksum }) => checksum));
  });

  it.each(['2_add.sql', 'V004_Add.sql', 'add.sql', 'v4_add.ts', '004-add.mjs'])('passes the misnamed %s to the lint', async (name) => {
    const project = makeProject();
    project.write(`migrations/${name}`, 'nothing that could be run');
    const folder = await folderOf(project);
    expect(folder.strays).toEqual([name]);
    const { findings, hasErrors } = await checkChain(await loadEngine(''), folder, []);
    expect(findings).toContainEqual(expect.objectContaining({ rule: 'L001', file: name }));
    expect(hasErrors).toBe(true);
  });

  it('that is not there is named, with what to do', async () => {
    await expect(readChainFolder('/nowhere/migrations')).rejects.toMatchObject({
      code: 'FOLDER_MISSING',
      message: expect.stringContaining('tablite new'),
    });
  });

  it('with no migration is no chain', async () => {
    const project = makeProject('empty');
    project.write('migrations/README.md', '');
    const folder = await folderOf(project);
    expect(() => chainOf(folder)).toThrow(expect.objectContaining({ code: 'FOLDER_EMPTY' }));
  });
});

describe('a file of code', () => {
  it('is loaded as it is now, and not as it was', async () => {
    const project = makeProject();
    await folderOf(project);
    project.write('migrations/v003_shout.ts', "export const revision = '2';\nexport function up(): void {}\n");
    expect((await folderOf(project)).files[2]).toMatchObject({ code: { revision: '2' } });
  });

  it('runs without Vite when it is JavaScript', async () => {
    const project = makeProject('empty');
    project.write('v001_a.mjs', "export const revision = '7';\nexport function up() {}\n");
    expect(await loadCode(`${project.path}/v001_a.mjs`, Promise.resolve(undefined))).toMatchObject({ revision: '7' });
  });

  it('asks for Vite when Node does not take its TypeScript', async () => {
    const refuse = async () => {
      throw Object.assign(new TypeError('Unknown file extension ".ts"'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' });
    };
    await expect(loadCode('/a/v001_a.ts', Promise.resolve(refuse))).rejects.toMatchObject({
      code: 'CODE_NEEDS_VITE',
      file: 'v001_a.ts',
      message: expect.stringContaining('Install vite'),
    });
  });

  it('that throws while it is loaded is named', async () => {
    const project = makeProject();
    project.write('migrations/v003_shout.ts', "throw new Error('no luck');");
    await expect(folderOf(project)).rejects.toMatchObject({
      code: 'CODE_LOAD',
      message: expect.stringMatching(/v003_shout\.ts: .*no luck/),
    });
  });

  it('that exports no revision is refused', async () => {
    const project = makeProject();
    project.write('migrations/v003_shout.ts', 'export function up(): void {}');
    await expect(folderOf(project)).rejects.toMatchObject({ code: 'MIGRATION_EMPTY', file: 'v003_shout.ts' });
  });

  it('runs in the chain that is checked', async () => {
    const project = makeProject();
    project.write(
      'migrations/v003_shout.ts',
      "export const revision = '1';\nexport function up(tx) { tx.run('CREATE TABLE made (a INTEGER PRIMARY KEY)'); }\n",
    );
    project.write('migrations/v004_add.sql', '-- Version 4: more.\nALTER TABLE made ADD COLUMN b TEXT;\n');
    const { findings, snapshots } = await checkChain(await loadEngine(''), await folderOf(project), []);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(snapshots).toHaveLength(4);
  });
});

it('the lint knows the schema that a file of code makes', async () => {
  const project = makeProject();
  project.write(
    'migrations/v003_shout.ts',
    "export const revision = '1';\nexport function up(tx) { tx.run('CREATE TABLE made (a INTEGER PRIMARY KEY, b TEXT UNIQUE)'); }\n",
  );
  project.write('migrations/v004_drop.sql', '-- Version 4.\nALTER TABLE made DROP COLUMN b;\n');
  const { findings } = await checkChain(await loadEngine(''), await folderOf(project), []);
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'L015', file: 'v004_drop.sql', line: 2 }));
});

describe('checking a chain', () => {
  it('turns what only running finds into a finding with its place', async () => {
    const project = makeProject();
    project.write(
      'migrations/v004_trigger.sql',
      '-- Version 4.\nCREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET gone = 1; END;\n',
    );
    const { findings, schemas } = await checkChain(await loadEngine(''), await folderOf(project), []);
    const [error] = findings.filter(({ severity }) => severity === 'error');
    expect(error).toMatchObject({ file: 'v004_trigger.sql', why: expect.stringContaining('gone') });
    expect(error?.why).not.toContain('v004_trigger.sql:');
    expect(schemas).toEqual([]);
  });
});
