import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as drizzle from '../../src/drizzle.js';
import * as core from '../../src/index.js';
import * as seal from '../../src/seal.js';
import * as vibesurf from '../../src/vibesurf.js';

const errorsPage = readFileSync('docs/errors.md', 'utf8');

describe('docs/errors.md', () => {
  it('has every error class that the package exports', () => {
    const classes = Object.keys({ ...core, ...drizzle, ...seal, ...vibesurf }).filter(
      (name) => name.endsWith('Error') && name !== 'TabliteError',
    );
    expect(classes.length).toBeGreaterThan(15);
    expect(classes.filter((name) => !errorsPage.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('has every code, and no other', () => {
    const ofErrors = [
      'engine',
      'sql',
      'storage',
      'database',
      'migration',
      'adopt',
      'column',
      'seal',
      'query',
      'cron',
      'database-url',
      'fernet',
    ].map((name) => `src/errors/${name}-error.ts`);
    const files = [
      ...ofErrors,
      'src/authoring/authoring-error.ts',
      'src/testing/upgrade-path-error.ts',
      'src/testing/schema-mismatch-error.ts',
    ];
    const sources = files.map((file) => readFileSync(file, 'utf8').replaceAll("'ENOENT'", '')).join();
    const codes = new Set([...sources.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, code]) => code));
    const documented = new Set([...errorsPage.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)].map(([, code]) => code).filter((code) => code !== 'AS'));
    expect([...codes].sort()).toEqual([...documented].sort());
  });
});

describe('docs/migrations.md', () => {
  it('says what to do at every error that a chain can meet', () => {
    const page = readFileSync('docs/migrations.md', 'utf8');
    const sources = ['migration', 'adopt'].map((name) => readFileSync(`src/errors/${name}-error.ts`, 'utf8')).join();
    const codes = [...sources.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(12);
    expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names tests that exist', async () => {
    const { existsSync } = await import('node:fs');
    const named = [...readFileSync('ARCHITECTURE.md', 'utf8').matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});
