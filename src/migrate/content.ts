import { leadingWords, type ScriptStatement, splitScript } from '../engine/script.js';
import type { Transaction } from '../engine/transaction.js';
import { MigrationError } from '../errors/migration-error.js';

/** A migration in code: a module that exports both. */
export interface MigrationCode {
  /** Stands for the code in its checksum, since bundlers rewrite source text: change it and the file counts as edited. */
  readonly revision: string;
  /** Changes the database, synchronously, within the transaction of its step. */
  readonly up: (tx: Transaction) => void;
}

/** What a file of the chain does: its SQL, cut into statements, or its code. */
export type MigrationContent = { readonly sql: string; readonly statements: readonly ScriptStatement[] } | { readonly code: MigrationCode };

/**
 * What was given for a file.
 *
 * @throws {MigrationError} when it is neither SQL nor code, or SQL that cannot be read to its end.
 */
export function readContent(file: string, given: unknown): MigrationContent {
  if (file.endsWith('.sql')) return readSql(file, given);
  const { revision, up } = (typeof given === 'object' && given !== null ? given : {}) as Partial<MigrationCode>;
  if (typeof revision === 'string' && revision !== '' && typeof up === 'function') return { code: { revision, up } };
  const message = 'expected a module that exports revision, a text, and up(tx). With import.meta.glob, pass { eager: true }.';
  throw new MigrationError('MIGRATION_EMPTY', { file }, message);
}

/** A file's text with LF line ends and without a byte order mark. */
export function plainText(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/** Marks a file whose statements may run again on a database that was made without the chain. */
const ADOPT_DIRECTIVE = /^-- migrate:adopt\s*$/m;

/**
 * The statements that run on a database that is adopted at this file's version or a later one, before its tables are
 * repaired: those of a file that says `-- migrate:adopt` above its first statement.
 */
export function rerunOnAdoption(content: MigrationContent): string {
  if (!('sql' in content)) return '';
  const header = content.sql.slice(0, content.statements[0]?.start);
  return ADOPT_DIRECTIVE.test(header) ? `${content.sql}\n;\n` : '';
}

/** Statements that change rows. */
const ROW_KEYWORDS = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH']);

/** Whether a file may change rows by more than what it does to the schema; of code nobody knows. */
export function changesRows(content: MigrationContent): boolean {
  if (!('sql' in content)) return true;
  return content.statements.some(({ tokens }) => ROW_KEYWORDS.has(leadingWords(content.sql, tokens, 1)[0] ?? ''));
}

/** Line and column of an offset, from 1. */
export function position(sql: string, offset: number): { line: number; column: number } {
  const before = sql.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function readSql(file: string, given: unknown): MigrationContent {
  if (typeof given !== 'string') {
    const message = "expected the SQL text. With import.meta.glob, pass { query: '?raw', import: 'default', eager: true }.";
    throw new MigrationError('MIGRATION_EMPTY', { file }, message);
  }
  const sql = plainText(given);
  const nul = sql.indexOf('\0');
  if (nul >= 0) {
    const message = 'a NUL character, after which SQLite reads nothing. Remove it.';
    throw new MigrationError('MIGRATION_REFUSED', { file, ...position(sql, nul) }, message);
  }
  const { statements, unterminated } = splitScript(sql);
  if (unterminated) {
    const message = `a ${unterminated.what} begins here and never ends. Close it.`;
    throw new MigrationError('MIGRATION_SQL', { file, ...position(sql, unterminated.start) }, message);
  }
  const parameter = statements.flatMap(({ tokens }) => tokens).find(({ kind }) => kind === 'variable');
  if (parameter) {
    const message = `the parameter ${sql.slice(parameter.start, parameter.end)}, which nobody fills in: it would be NULL. Write the value, or use a file of code.`;
    throw new MigrationError('MIGRATION_REFUSED', { file, ...position(sql, parameter.start) }, message);
  }
  if (statements.length === 0) {
    const message = 'the file has no statement. Write one, or remove the file if it was never released.';
    throw new MigrationError('MIGRATION_EMPTY', { file }, message);
  }
  return { sql, statements };
}
