// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type InlineConfig, type Rollup } from 'vite';
import { describe, expect, it } from 'vitest';
import { chainOf, readChainFolder } from '../../src/authoring/chain-folder.js';
import { type Migration, type MigrationReference, readChain } from '../../src/migrate/chain.js';
import { tablite as plugin, type TabliteOptions } from '../../src/vite.js';
import { makeProject, type Project, tablite } from './projects/project.js';

interface Built {
  readonly chunks: readonly Rollup.OutputChunk[];
  readonly logged: string;
}

async function buildProject({ path }: Project, options: TabliteOptions = {}, config: InlineConfig = {}): Promise<Built> {
  let logged = '';
  const log = (message: string) => {
    logged += `${message}\n`;
  };
  const output = await build({
    root: path,
    configFile: false,
    plugins: [plugin(options)],
    customLogger: {
      info: () => {},
      warn: log,
      warnOnce: log,
      error: log,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
    build: { minify: false, modulePreload: false },
    ...config,
  });
  // A library is a list of bundles, an app is one; neither is a watcher here.
  const bundles = [output].flat() as Rollup.RollupOutput[];
  return { chunks: bundles.flatMap(({ output: files }) => files).filter((file) => file.type === 'chunk'), logged };
}

/** A project whose files are all locked. */
async function lockedProject(): Promise<Project> {
  const project = makeProject();
  expect(await tablite(project, ['lock'])).toMatchObject({ code: 0 });
  return project;
}

describe('a build', () => {
  it('has the SQL of all files in one chunk that no chunk loads before it is asked for', async () => {
    const { chunks, logged } = await buildProject(await lockedProject());
    const withSql = chunks.filter(({ code }) => code.includes('CREATE TABLE notes'));
    expect(withSql).toHaveLength(1);
    const [sql] = withSql;
    expect(sql?.code).toContain('ALTER TABLE notes');
    const entry = chunks.find(({ isEntry }) => isEntry);
    expect(entry?.code).toContain('v002_add_color.sql');
    expect(entry?.dynamicImports).toContain(sql?.fileName);
    expect(chunks.flatMap(({ imports }) => imports)).not.toContain(sql?.fileName);
    expect(entry?.code).not.toContain('toUpperCase');
    expect(logged).toBe('');
  });

  it('gives a chain that loads, with the checksums of the folder', async () => {
    const project = await lockedProject();
    project.write('main.ts', "export { migrations } from 'virtual:tablite/migrations';\n");
    await buildProject(project, {}, { build: { minify: true, lib: { entry: 'main.ts', formats: ['es'], fileName: 'chain' } } });
    const built = pathToFileURL(join(project.path, 'dist/chain.mjs')).href;
    const { migrations } = (await import(/* @vite-ignore */ built)) as { migrations: readonly MigrationReference[] };
    const chain = readChain(migrations);
    const expected = chainOf(await readChainFolder(join(project.path, 'migrations')));
    const namesAndSums = (each: readonly Migration[]) => each.map(({ name, checksum }) => [name, checksum]);
    expect(namesAndSums(chain)).toEqual(namesAndSums(expected));
    // load() throws where what it loads is not what the checksum says.
    const contents = await Promise.all(chain.map(({ load }) => load()));
    expect(contents.map((content) => ('sql' in content ? content.statements.length : content.code.revision))).toEqual([1, 1, '1']);
  });

  it('takes another folder', async () => {
    const project = makeProject();
    project.write('db/v001_other.sql', '-- Version 1: other.\nCREATE TABLE other (id INTEGER PRIMARY KEY);\n');
    const { chunks } = await buildProject(project, { dir: 'db', lock: 'warn' });
    expect(chunks.some(({ code }) => code.includes('v001_other.sql'))).toBe(true);
    expect(chunks.some(({ code }) => code.includes('v001_notes.sql'))).toBe(false);
  });
});

describe('a build fails', () => {
  it('at a lint error, with the place and the lines around it', async () => {
    const project = await lockedProject();
    project.write('migrations/v004_drop.sql', '-- Version 4: no notes.\n\nDROP TABLE notes;\n');
    const error = await buildProject(project).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toContain('migrations/v004_drop.sql:3:1: L020 ');
    expect(message).toContain('> 3 | DROP TABLE notes;\n    | ^');
  });

  it('at an edited file that was locked, whatever the options', async () => {
    const project = await lockedProject();
    project.write(
      'migrations/v001_notes.sql',
      '-- Version 1: notes.\nCREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, more TEXT);\n',
    );
    await expect(buildProject(project, { lint: false, lock: 'warn' })).rejects.toThrow(/v001_notes\.sql:1:1: L040 /);
  });

  it('at a file that is not in the lock file, and says how to add it', async () => {
    const project = makeProject();
    await expect(buildProject(project)).rejects.toThrow(/v001_notes\.sql:1:1: L040 .*`npx tablite lock`/);
    const { logged, chunks } = await buildProject(project, { lock: 'warn' });
    expect(logged).toMatch(/v001_notes\.sql:1:1: L040 .*v002_add_color\.sql, v003_shout\.ts/);
    expect(chunks.length).toBeGreaterThan(1);
  });

  it('at a lock file with a conflict', async () => {
    const project = await lockedProject();
    project.write('migrations/chain.lock', `${project.read('migrations/chain.lock')}<<<<<<< HEAD\n`);
    await expect(buildProject(project)).rejects.toThrow(/chain\.lock:5:1: a merge left its conflict/);
  });

  it('though the app takes the files in another way', async () => {
    const project = makeProject();
    project.write('main.ts', "console.log(import.meta.glob('./migrations/*.sql', { query: '?raw', import: 'default', eager: true }));\n");
    project.write('migrations/v001_notes.sql', '-- Version 1.\nCREATE TABEL notes (id);\n');
    await expect(buildProject(project, { lock: 'warn' })).rejects.toThrow(/v001_notes\.sql:2:/);
  });

  it('at a folder that is not there, and at code that does not load', async () => {
    await expect(buildProject(makeProject(), { dir: 'nowhere' })).rejects.toThrow(/there is no such folder/);
    const project = await lockedProject();
    project.write('migrations/v003_shout.ts', "import './gone.js';\n");
    await expect(buildProject(project)).rejects.toThrow(/v003_shout\.ts: the module could not be loaded/);
  });
});

describe('a build without the lint', () => {
  it('takes what the lint would refuse', async () => {
    const project = await lockedProject();
    project.write('migrations/v004_drop.sql', '-- Version 4: no notes.\nDROP TABLE notes;\n');
    await expect(buildProject(project, { lock: 'warn' })).rejects.toThrow(/L020/);
    const { chunks } = await buildProject(project, { lint: false, lock: 'warn' });
    expect(chunks.some(({ code }) => code.includes('DROP TABLE notes'))).toBe(true);
  });
});

describe('a warning', () => {
  it('is shown, and stops nothing', async () => {
    const project = await lockedProject();
    project.write('migrations/v004_tags.sql', '-- Version 4: tags.\nCREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY);\n');
    const { logged } = await buildProject(project, { lock: 'warn' });
    expect(logged).toMatch(/migrations\/v004_tags\.sql:2:\d+: L030 /);
  });
});

it('leaves nothing in the folder of migrations', async () => {
  const project = await lockedProject();
  const before = readdirSync(join(project.path, 'migrations'));
  await buildProject(project);
  expect(readdirSync(join(project.path, 'migrations'))).toEqual(before);
  expect(readFileSync(join(project.path, 'dist/index.html'), 'utf8')).toContain('<script');
});
