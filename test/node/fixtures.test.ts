import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

it('the fixtures are what their script makes, byte for byte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tablite-fixtures-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync('node', ['scripts/make-fixtures.mjs', folder]);
  const names = readdirSync('test/fixtures').filter((name) => name.endsWith('.sqlite'));
  expect(readdirSync(folder)).toEqual(names.sort());
  expect(names.filter((name) => !readFileSync(join(folder, name)).equals(readFileSync(join('test/fixtures', name))))).toEqual([]);
});
