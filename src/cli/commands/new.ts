import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AuthoringError } from '../../authoring/authoring-error.js';
import { listFolder } from '../../authoring/chain-folder.js';
import { writeNewFile } from '../../authoring/write-file.js';
import { UsageError } from '../../errors/database-error.js';
import { readChain, versionOf } from '../../migrate/chain.js';
import type { Command, Invocation, Outcome } from '../command.js';

export const newFile: Command = {
  name: 'new',
  argument: '<name>',
  summary: 'make the next migration file',
  details: ['"Add tags" makes v009_add_tags.sql where v008 is the last. No file is ever overwritten.'],
  options: { code: { summary: 'make a file of TypeScript, for what SQL cannot compute' } },
  async run(invocation) {
    const { argument, options } = invocation;
    const words = wordsOf(argument);
    return addFile(
      invocation,
      options['code'] ? { words, ending: 'ts', content: codeTemplate } : { words, ending: 'sql', content: sqlTemplate },
    );
  },
};

export interface NewFile {
  /** The words of its name. */
  readonly words: readonly string[];
  readonly ending: 'sql' | 'ts';
  readonly content: (version: number, purpose: string) => string;
}

/**
 * Writes a file with the next free number.
 *
 * @throws {MigrationError} when a number is there twice or missing: the next one is then anybody's guess.
 */
export async function addFile({ io, folder }: Pick<Invocation, 'io' | 'folder'>, { words, ending, content }: NewFile): Promise<Outcome> {
  const version = (await lastVersion(folder)) + 1;
  const name = `v${String(version).padStart(3, '0')}_${words.join('_')}.${ending}`;
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeNewFile(path, content(version, words.join(' ')), io.files && { files: io.files });
  return { isFine: true, json: { file: path, version }, text: `Made ${relative(io.cwd, path)}` };
}

/**
 * Lower-case words of ASCII letters and digits, from any text.
 *
 * @throws {UsageError} when nothing is left.
 */
export function wordsOf(text: string): string[] {
  const words = text
    .replace(/^v\d+_|\.(sql|[mc]?[jt]s)$/g, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    // Letters without their accents.
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (words.length === 0) throw new UsageError('the name needs a letter from a to z, or a digit: `tablite new add tags`.');
  return words;
}

async function lastVersion(folder: string): Promise<number> {
  try {
    const names = (await listFolder(folder)).filter((name) => versionOf(name) !== undefined);
    // Names only: the files are not read, since one that is half written hinders no other.
    const unread = { checksum: '0'.repeat(64), load: () => Promise.resolve('') };
    return readChain(names.map((name) => ({ name, ...unread }))).length;
  } catch (cause) {
    if (cause instanceof AuthoringError && cause.code === 'FOLDER_MISSING') return 0;
    throw cause;
  }
}

function sqlTemplate(version: number, purpose: string): string {
  return [
    `-- Version ${version}: ${purpose}.`,
    '-- What it is for, and what it deletes or changes of the rows that are there.',
    '-- One transaction, which Tablite begins and ends. Once anybody has run the file it never changes.',
    '',
    '',
  ].join('\n');
}

function codeTemplate(version: number, purpose: string): string {
  return `// Version ${version}: ${purpose}.
import type { Transaction } from 'tablite';

/** Stands for this code in its checksum: change it together with the code. Once anybody has run the file, neither changes. */
export const revision = '1';

/** Runs within the transaction of its step, synchronously. */
export function up(tx: Transaction): void {
  tx.run('SELECT 1');
}
`;
}
