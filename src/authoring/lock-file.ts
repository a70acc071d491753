import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { versionOf } from '../migrate/chain.js';
import { AuthoringError, systemCode } from './authoring-error.js';

/** The name of the file beside the migrations that says what was released. */
export const LOCK_FILE = 'chain.lock';

const HEADER = '# Released migrations, one line each; this file only grows. Written by `npx tablite lock`: commit it.';

/** One line of the lock file. */
export interface LockedFile {
  readonly name: string;
  /** What `checksumOf` gave for the file. */
  readonly checksum: string;
  /** SHA-256, in hexadecimal, of all lines up to this one. */
  readonly chain: string;
  /** The fingerprint of the schema after the file. */
  readonly schema: string;
}

/** A line that was read, with its number from 1. */
export type LockedLine = LockedFile & { readonly line: number };

/** What each part of a line is; the name comes first. */
const PARTS = [
  { prefix: 'sha256:', value: /^[0-9a-f]{64}$/ },
  { prefix: 'chain:', value: /^[0-9a-f]{64}$/ },
  { prefix: 'schema:', value: /^[0-9a-f]{16,64}$/ },
] as const;

const CONFLICT = /^(<{7}|\|{7}|={7}|>{7})( |$)/;

/**
 * The lock file of a folder; undefined where there is none.
 *
 * @throws {AuthoringError} as `parseLock` does.
 */
export async function readLock(folder: string): Promise<readonly LockedLine[] | undefined> {
  try {
    return parseLock(await readFile(join(folder, LOCK_FILE), 'utf8'));
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/**
 * The lines of a lock file.
 *
 * @throws {AuthoringError} `LOCK_SYNTAX` with line and column, `LOCK_CONFLICT` where a merge left its marks.
 */
export function parseLock(text: string): readonly LockedLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.flatMap((content, index) => {
    const line = index + 1;
    if (CONFLICT.test(content)) {
      const message =
        'a merge left its conflict here: two branches added files. Keep the lines of the branch that is released and remove the marks, give the files of the other branch the next free numbers, then run `npx tablite lock`.';
      throw new AuthoringError('LOCK_CONFLICT', { file: LOCK_FILE, line, column: 1 }, message);
    }
    return content === '' || content.startsWith('#') ? [] : [parseLine(content, line)];
  });
}

/** The text of a lock file. */
export function formatLock(files: readonly LockedFile[]): string {
  const lines = files.map(({ name, checksum, chain, schema }) => `${name} sha256:${checksum} chain:${chain} schema:${schema}`);
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** The chain value of a line, from that of the line above it; from an empty text on the first. */
export function chainValue(before: string, name: string, checksum: string): string {
  return bytesToHex(sha256(utf8ToBytes(`${before}\n${name}\n${checksum}`)));
}

function parseLine(content: string, line: number): LockedLine {
  const [name = '', ...parts] = content.split(' ');
  let column = 1;
  const expect = (holds: boolean, what: string) => {
    if (holds) return;
    const message = `expected ${what}. Restore the file from version control; only \`npx tablite lock\` writes it.`;
    throw new AuthoringError('LOCK_SYNTAX', { file: LOCK_FILE, line, column }, message);
  };
  expect(versionOf(name) !== undefined, 'the name of a migration file');
  column += name.length + 1;
  const values = PARTS.map(({ prefix, value }, at) => {
    const part = parts[at] ?? '';
    const found = part.slice(prefix.length);
    expect(part.startsWith(prefix) && value.test(found), `${prefix}<hexadecimal digits>`);
    column += part.length + 1;
    return found;
  });
  expect(parts.length === PARTS.length, 'the end of the line');
  const [checksum = '', chain = '', schema = ''] = values;
  return { name, checksum, chain, schema, line };
}
