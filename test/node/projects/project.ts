import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io } from '../../../src/cli/command.js';
import { run } from '../../../src/cli/run.js';
import { loadEngine } from '../../../src/engine/engine.js';

/** A project in a folder of its own, for one test. */
export interface Project {
  readonly path: string;
  /** Writes a file below it. */
  write(name: string, content: string | Uint8Array): void;
  read(name: string): string;
  bytes(name: string): Uint8Array;
}

/** The sample project `notes`, with a chain of three files, or an empty one. */
export function makeProject(sample: 'notes' | 'empty' = 'notes'): Project {
  const path = mkdtempSync(join(tmpdir(), 'tablite-project-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  if (sample !== 'empty') cpSync(resolve('test/node/projects', sample), path, { recursive: true });
  return {
    path,
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    bytes: (name) => readFileSync(join(path, name)),
  };
}

/** What a command line came to. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tablite` in a project, within this process. */
export async function tablite({ path }: Pick<Project, 'path'>, argv: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const code = await run(argv, {
    cwd: path,
    isTerminal: false,
    env: {},
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    ...io,
  });
  return { code, stdout, stderr };
}

/** The same with `--json`: what stdout holds, which is one value and nothing else. */
export async function tabliteJson(
  project: Pick<Project, 'path'>,
  argv: readonly string[],
  io: Partial<Io> = {},
): Promise<{ code: number; value: unknown; stderr: string }> {
  const { code, stdout, stderr } = await tablite(project, [...argv, '--json'], io);
  return { code, value: JSON.parse(stdout), stderr };
}

/** The bytes of a SQLite file that this script made. */
export async function sqliteBytes(script: string): Promise<Uint8Array> {
  const database = (await loadEngine('')).detached((await loadEngine('')).emptyImage);
  try {
    database.exec(script);
    return database.export();
  } finally {
    database.close();
  }
}

/** The rows of a query on the bytes of a SQLite file, read by sql.js alone. */
export async function queryBytes(bytes: Uint8Array, sql: string): Promise<unknown[][]> {
  const database = (await loadEngine('')).detached(bytes);
  try {
    return database.exec(sql)[0]?.values ?? [];
  } finally {
    database.close();
  }
}

/** The SQL of the sample project's database as the first file of its chain left it. */
export const VERSION_1: string =
  "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('old'); PRAGMA user_version = 1;";
/** The time that the command is given in tests, ... */
export const NOW = (): number => Date.UTC(2026, 0, 31, 9, 30);
/** ... and the copy that it names by it. */
export const BACKUP: string = 'notes.sqlite.v1-2026-01-31T09-30-00.000Z.bak';

/** The sample project with a SQLite file `notes.sqlite`. */
export async function withFile(script: string = VERSION_1): Promise<Project> {
  const project = makeProject();
  project.write('notes.sqlite', await sqliteBytes(script));
  return project;
}
