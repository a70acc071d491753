// @vitest-environment node
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject, sqliteBytes } from './projects/project.js';

// Within node_modules, so that Node finds sql.js from there.
const dist = mkdtempSync(resolve('node_modules/.tablite-built-'));
const cli = join(dist, 'cli.js');

beforeAll(() => build({ configFile: resolve('vite.lib.config.ts'), logLevel: 'silent', build: { outDir: dist, sourcemap: false } }));
afterAll(() => rmSync(dist, { recursive: true }));

function tablite(path: string, ...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], {
    cwd: path,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  return { status, stdout, stderr };
}

it('the built command is a program for Node', () => {
  expect(readFileSync(cli, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
  if (process.platform !== 'win32') expect(statSync(cli).mode & 0o111).toBe(0o111);
  expect(tablite('.', '--version')).toMatchObject({ status: 0, stdout: `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n` });
});

it('the built command lints, locks and migrates in plain Node', async () => {
  const project = makeProject();
  expect(tablite(project.path, 'lint')).toMatchObject({ status: 0, stderr: '' });
  expect(tablite(project.path, 'lock')).toMatchObject({ status: 0, stderr: '' });
  expect(tablite(project.path, 'verify')).toMatchObject({ status: 0, stderr: '' });
  project.write('notes.sqlite', await sqliteBytes('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); PRAGMA user_version = 1;'));
  const { status, stdout } = tablite(project.path, 'migrate', 'notes.sqlite', '--json');
  expect([status, JSON.parse(stdout)]).toMatchObject([0, { from: 1, to: 3 }]);
  expect(tablite(project.path, 'migrate', 'gone.sqlite')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: gone/),
  });
  expect(tablite(project.path, 'nothing')).toMatchObject({ status: 2, stdout: '' });
});

it('the declaration of the virtual module is beside the plugin', () => {
  expect(readFileSync(join(dist, 'virtual.d.ts'), 'utf8')).toContain("declare module 'virtual:tablite/migrations'");
  expect(readFileSync(join(dist, 'vite.js'), 'utf8')).toMatch(/export \{ tablite \}/);
});
