// @vitest-environment node
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type HotPayload, type ViteDevServer } from 'vite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MigrationReference } from '../../src/migrate/chain.js';
import { tablite as plugin } from '../../src/vite.js';
import { makeProject, type Project } from './projects/project.js';

interface Served {
  readonly server: ViteDevServer;
  /** What was sent to the page that `isWanted`, or will be. */
  sent(isWanted: (payload: HotPayload) => boolean): Promise<HotPayload>;
  /** The chain as the server gives it now. */
  chain(): Promise<readonly MigrationReference[]>;
}

async function serve({ path }: Project): Promise<Served> {
  const server = await createServer({
    root: path,
    configFile: false,
    logLevel: 'silent',
    plugins: [plugin()],
    server: { middlewareMode: true, ws: false, watch: { usePolling: true, interval: 20 } },
    optimizeDeps: { noDiscovery: true },
  });
  onTestFinished(() => server.close());
  const payloads: HotPayload[] = [];
  const waiting = new Set<() => void>();
  const { hot } = server.environments.client;
  vi.spyOn(hot, 'send').mockImplementation((payload: HotPayload | string) => {
    if (typeof payload === 'object') payloads.push(payload);
    for (const look of waiting) look();
  });
  await vi.waitUntil(() => server.watcher.getWatched()[join(path, 'migrations')]?.includes('v001_notes.sql'), { timeout: 30_000 });
  return {
    server,
    sent: (isWanted) =>
      new Promise((resolve) => {
        const look = () => {
          const found = payloads.find(isWanted);
          if (!found) return;
          waiting.delete(look);
          payloads.length = 0;
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    chain: async () => (await server.ssrLoadModule('virtual:tablite/migrations'))['migrations'],
  };
}

const isReload = ({ type }: HotPayload) => type === 'full-reload';
const isError = ({ type }: HotPayload) => type === 'error';

describe('the dev server', () => {
  it('gives the chain, and its files only when they are asked for', async () => {
    const { server, chain } = await serve(makeProject());
    const result = await server.transformRequest('virtual:tablite/migrations');
    expect(result?.code).toContain('v001_notes.sql');
    expect(result?.code).not.toContain('CREATE TABLE');
    const migrations = await chain();
    expect(migrations.map(({ name }) => name)).toEqual(['v001_notes.sql', 'v002_add_color.sql', 'v003_shout.ts']);
    expect(await migrations[0]?.load()).toMatch(/^-- Version 1: notes\.\nCREATE TABLE notes/);
    expect(await migrations[2]?.load()).toMatchObject({ revision: '1', up: expect.any(Function) });
  });

  it('takes a file that is not in the lock file: it is being written', async () => {
    const { server } = await serve(makeProject());
    await expect(server.transformRequest('virtual:tablite/migrations')).resolves.toBeTruthy();
  });

  it('reloads the page with the new checksum when a file changes', async () => {
    const project = makeProject();
    const { sent, chain } = await serve(project);
    const before = await chain();
    project.write('migrations/v002_add_color.sql', "-- Version 2.\nALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'red';\n");
    await sent(isReload);
    const after = await chain();
    expect(after[0]?.checksum).toBe(before[0]?.checksum);
    expect(after[1]?.checksum).not.toBe(before[1]?.checksum);
    expect(await after[1]?.load()).toContain("'red'");
  });

  it('reloads when a file comes or goes', async () => {
    const project = makeProject();
    const { sent, chain } = await serve(project);
    expect(await chain()).toHaveLength(3);
    project.write('migrations/v004_tags.sql', '-- Version 4: tags.\nCREATE TABLE tags (id INTEGER PRIMARY KEY);\n');
    await sent(isReload);
    expect(await chain()).toHaveLength(4);
    rmSync(`${project.path}/migrations/v004_tags.sql`);
    await sent(isReload);
    expect(await chain()).toHaveLength(3);
  });

  it('lays an error over the page, with file and line, and reloads once it is mended', async () => {
    const project = makeProject();
    const { server, sent, chain } = await serve(project);
    await chain();
    const name = 'migrations/v004_drop.sql';
    project.write(name, '-- Version 4.\n\nDROP TABLE notes;\n');
    expect(await sent(isError)).toMatchObject({
      err: {
        message: expect.stringContaining(`${name}:3:1: L020 `),
        plugin: 'tablite',
        id: `${project.path}/${name}`,
        loc: { file: `${project.path}/${name}`, line: 3, column: 1 },
        frame: expect.stringContaining('> 3 | DROP TABLE notes;'),
      },
    });
    await expect(server.transformRequest('virtual:tablite/migrations')).rejects.toMatchObject({
      plugin: 'tablite',
      loc: { file: `${project.path}/${name}`, line: 3, column: 1 },
      frame: expect.stringContaining('> 3 | DROP TABLE notes;'),
    });
    project.write(name, '-- Version 4.\nCREATE TABLE tags (id INTEGER PRIMARY KEY);\n');
    await sent(isReload);
    expect(await chain()).toHaveLength(4);
  });

  it('starts though the chain is wrong, and shows it when the page asks for the chain', async () => {
    const project = makeProject();
    project.write('migrations/v001_notes.sql', '-- Version 1.\nCREATE TABEL notes (id);\n');
    const { server } = await serve(project);
    await expect(server.transformRequest('virtual:tablite/migrations')).rejects.toMatchObject({
      message: expect.stringContaining('v001_notes.sql:2:'),
      loc: { line: 2 },
    });
  });
});
