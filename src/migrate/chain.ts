import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { splitScript } from '../engine/script.js';
import { UsageError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';

/**
 * The files of a chain: SQL text by path, as `import.meta.glob('/migrations/*.sql', { query: '?raw', import: 'default',
 * eager: true })` gives, or a list.
 */
export type Migrations = Readonly<Record<string, string>> | readonly { readonly name: string; readonly sql: string }[];

/** One versioned file of the chain. */
export interface Migration {
  readonly version: number;
  /** The file name, `v001_initial_schema.sql`. */
  readonly name: string;
  /** Its text with LF line ends and without a byte order mark. */
  readonly sql: string;
  /** SHA-256 of that text, in hexadecimal. */
  readonly checksum: string;
}

const FILE_NAME = /^v(\d{3,})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/**
 * The chain in order.
 *
 * @throws {MigrationError} for a bad name, a number that is missing or there twice, and a file that cannot be read to its end.
 */
export function readChain(migrations: Migrations): readonly Migration[] {
  const isGiven = typeof migrations === 'object' && migrations !== null && !('then' in migrations);
  const isWhole = isGiven && (!Array.isArray(migrations) || migrations.every((file) => typeof file?.name === 'string'));
  if (!isWhole) throw new UsageError('migrations is to be an object of SQL texts by path, or a list of { name, sql }.');
  const files = Array.isArray(migrations) ? migrations : Object.entries(migrations).map(([name, sql]) => ({ name, sql }));
  const chain = files.map(({ name, sql }) => readMigration(name.slice(name.lastIndexOf('/') + 1), sql));
  chain.sort((a, b) => a.version - b.version);
  chain.forEach((migration, index) => {
    const before = chain[index - 1];
    if (before?.version === migration.version) {
      throw new MigrationError(
        'MIGRATION_DUPLICATE',
        { file: migration.name },
        `version ${migration.version} is taken by ${before.name} too. Give the newer file the next free number.`,
      );
    }
    if (migration.version !== index + 1) {
      throw new MigrationError(
        'MIGRATION_GAP',
        { file: migration.name },
        `expected version ${index + 1} here and found ${migration.version}. Versions count from 1 without a gap: restore the missing file, or renumber.`,
      );
    }
  });
  return chain;
}

function readMigration(name: string, text: string): Migration {
  const version = Number(FILE_NAME.exec(name)?.[1] ?? 0);
  if (version === 0) {
    throw new MigrationError(
      'MIGRATION_NAME',
      { file: name },
      'expected a name like v001_initial_schema.sql: a number of three digits from 001, then lower-case words.',
    );
  }
  if (typeof text !== 'string') {
    throw new MigrationError(
      'MIGRATION_EMPTY',
      { file: name },
      "expected the SQL text. With import.meta.glob, pass { query: '?raw', import: 'default', eager: true }.",
    );
  }
  const sql = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  checkText(name, sql);
  return { version, name, sql, checksum: bytesToHex(sha256(utf8ToBytes(sql))) };
}

function checkText(name: string, sql: string): void {
  const nul = sql.indexOf('\0');
  if (nul >= 0)
    throw new MigrationError(
      'MIGRATION_REFUSED',
      { file: name, ...position(sql, nul) },
      'a NUL character, after which SQLite reads nothing. Remove it.',
    );
  const { statements, unterminated } = splitScript(sql);
  if (unterminated) {
    throw new MigrationError(
      'MIGRATION_SQL',
      { file: name, ...position(sql, unterminated.start) },
      `a ${unterminated.what} begins here and never ends. Close it.`,
    );
  }
  if (statements.length === 0)
    throw new MigrationError(
      'MIGRATION_EMPTY',
      { file: name },
      'the file has no statement. Write one, or remove the file if it was never released.',
    );
}

/** Line and column of an offset, from 1. */
export function position(sql: string, offset: number): { line: number; column: number } {
  const before = sql.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
