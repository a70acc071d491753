import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checksumOf, type Migration, type Migrations, readChain, versionOf } from '../migrate/chain.js';
import { type MigrationCode, plainText } from '../migrate/content.js';
import { AuthoringError, systemCode } from './authoring-error.js';
import { loadCode } from './load-code.js';

/** A file of the chain as it is on disk: its text, or the code that its module exports. */
export type ChainFile = { readonly name: string; readonly path: string } & ({ readonly sql: string } | { readonly code: MigrationCode });

/** What a folder holds of a chain. */
export interface ChainFolder {
  /** Absolute. */
  readonly path: string;
  /** By number. */
  readonly files: readonly ChainFile[];
  /** Names that were meant to be of the chain and are not: the lint says so. */
  readonly strays: readonly string[];
}

/** Any SQL file, and code that begins with a number. A lock file, a README or a module that others import is none. */
const MEANT = /\.sql$|^v?\d.*\.[mc]?[jt]s$/i;
const BESIDE = /\.d\.[mc]?ts$|\.(test|spec)\.[mc]?[jt]s$/i;

/**
 * Reads a folder of migration files, and runs the modules of those in code.
 *
 * @throws {AuthoringError} when there is no such folder, or a module cannot be loaded.
 * @throws {MigrationError} when a module does not export what a migration does.
 */
export async function readChainFolder(path: string): Promise<ChainFolder> {
  const names = await listFolder(path);
  const files: ChainFile[] = [];
  for (const name of names.filter((each) => versionOf(each) !== undefined)) {
    const at = { name, path: join(path, name) };
    files.push(name.endsWith('.sql') ? { ...at, sql: await readFile(at.path, 'utf8') } : { ...at, code: await loadCode(at.path) });
  }
  files.sort((a, b) => (versionOf(a.name) ?? 0) - (versionOf(b.name) ?? 0));
  const strays = names.filter((name) => versionOf(name) === undefined && MEANT.test(name) && !BESIDE.test(name));
  return { path, files, strays };
}

/**
 * The names in a folder, in order.
 *
 * @throws {AuthoringError} `FOLDER_MISSING`
 */
export async function listFolder(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT' && systemCode(cause) !== 'ENOTDIR') throw cause;
    const message = 'there is no such folder. `npx tablite new <name>` makes it with a first file; --dir names another one.';
    throw new AuthoringError('FOLDER_MISSING', { file: path }, message, { cause });
  }
}

/**
 * The chain of a folder.
 *
 * @throws {MigrationError} as `readChain` does.
 * @throws {AuthoringError} `FOLDER_EMPTY`
 */
export function chainOf({ path, files }: ChainFolder): readonly Migration[] {
  if (files.length === 0) {
    const message = 'the folder has no file like v001_initial_schema.sql. `npx tablite new <name>` makes one; --dir names another folder.';
    throw new AuthoringError('FOLDER_EMPTY', { file: path }, message);
  }
  return readChain(migrationsOf(files));
}

/** Files as `openDatabase` and the testing kit take them. */
export function migrationsOf(files: readonly ChainFile[]): Migrations {
  return files.map((file) => ('sql' in file ? { name: file.name, sql: file.sql } : { ...file.code, name: file.name }));
}

/** Checksums by name, of files that SQLite could not read too. */
export function checksumsOf({ files }: ChainFolder): ReadonlyMap<string, string> {
  return new Map(
    files.map((file) => [file.name, checksumOf('sql' in file ? { sql: plainText(file.sql), statements: [] } : { code: file.code })]),
  );
}
