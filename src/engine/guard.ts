import { UsageError } from '../errors/database-error.js';
import { RefusedStatementError } from '../errors/sql-error.js';
import { leadingWords, type ScriptStatement, splitScript } from './script.js';

/** What a statement may do where it stands: read, write within a transaction, or be a step of the chain. */
export type Access = 'read' | 'write';

/** Statements that would break the paged file or the transaction, each with what to call instead. */
const REFUSED: Readonly<Record<string, readonly [reason: string, instead: string]>> = {
  VACUUM: ['it replaces the file under the database', 'Call vacuum(), or export() for a copy.'],
  ATTACH: ['another file would not be kept', 'Open a second database with openDatabase().'],
  DETACH: ['nothing can be attached', 'Close the other database with its close().'],
  BEGIN: ['each write is one transaction already', 'Call write(tx => ...).'],
  COMMIT: ['each write is one transaction already', 'Let the callback of write() return.'],
  END: ['each write is one transaction already', 'Let the callback of write() return.'],
  ROLLBACK: ['each write is one transaction already', 'Throw from the callback of write().'],
};

/** What begins with another word either reads, or SQLite does not know it and says so. */
const WRITE_KEYWORDS = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER', 'ANALYZE', 'REINDEX']);
const SAVEPOINT_KEYWORDS = new Set(['SAVEPOINT', 'RELEASE']);

/** Pragmas that only look. Everything else is a setting of the connection, of the file, or of the chain. */
const READ_PRAGMAS = new Set(
  (
    'application_id collation_list compile_options data_version database_list encoding foreign_key_check foreign_key_list foreign_keys ' +
    'freelist_count function_list index_info index_list index_xinfo integrity_check module_list page_count page_size pragma_list ' +
    'quick_check schema_version table_info table_list table_xinfo user_version'
  ).split(' '),
);
const PRAGMAS_WITH_ARGUMENT = new Set(
  'foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check quick_check table_info table_list table_xinfo'.split(
    ' ',
  ),
);
/** Settings that live in the file and roll back with the transaction, or end with it. */
const WRITE_PRAGMAS = new Set(['application_id', 'defer_foreign_keys']);
const PRAGMA_ADVICE: Readonly<Record<string, string>> = {
  user_version: 'The chain owns it: add a migration.',
  foreign_keys: 'Foreign keys are always on; a migration runs without them and is checked afterwards.',
  journal_mode: 'Commits are kept in the log of the storage; there is no journal to choose.',
  synchronous: "Choose durability: 'relaxed' or 'strict' instead.",
  auto_vacuum: 'Call vacuum().',
  incremental_vacuum: 'Call vacuum().',
  wal_checkpoint: 'The log is folded by itself.',
};

/**
 * The one statement in `sql`, allowed by name.
 *
 * @throws {RefusedStatementError} for NUL, a second statement, and statements that may not run here.
 */
export function guardStatement(sql: string, access: Access): ScriptStatement | undefined {
  if (typeof sql !== 'string') throw new UsageError('SQL is to be a text.');
  if (sql.includes('\0')) {
    throw new RefusedStatementError(
      'REFUSED_NUL',
      'SQL text with a NUL',
      'SQLite would silently ignore what follows it',
      'Pass the text as a parameter.',
    );
  }
  const { statements } = splitScript(sql);
  if (statements.length > 1) {
    throw new RefusedStatementError(
      'REFUSED_SECOND_STATEMENT',
      'A second statement',
      'one call runs one statement',
      'Call once for each, within one write(tx => ...).',
    );
  }
  const statement = statements[0];
  if (statement) guardByName(sql, statement, access);
  return statement;
}

/** @throws {RefusedStatementError} when the statement, by its name, may not run with this access. */
export function guardByName(sql: string, statement: ScriptStatement, access: Access): void {
  const words = leadingWords(sql, statement.tokens, 4);
  const inner = words[0] === 'EXPLAIN' ? words.slice(words[1] === 'QUERY' ? 3 : 1) : words;
  const keyword = inner[0] ?? '';
  const refused = REFUSED[keyword];
  if (refused && !(access === 'write' && isRollbackTo(inner))) throw new RefusedStatementError('REFUSED_STATEMENT', keyword, ...refused);
  if (keyword === 'PRAGMA') {
    guardPragma(sql, statement, access);
    return;
  }
  if (keyword === 'CREATE' && (inner[1] === 'TEMP' || inner[1] === 'TEMPORARY' || (access === 'write' && namesTemporary(sql, statement)))) {
    throw new RefusedStatementError(
      'REFUSED_STATEMENT',
      'CREATE TEMP',
      'no other tab would see it',
      'Create an ordinary table, or use a common table expression.',
    );
  }
  if (access === 'write' || words[0] === 'EXPLAIN') return;
  if (SAVEPOINT_KEYWORDS.has(keyword))
    throw new RefusedStatementError('REFUSED_STATEMENT', keyword, 'it needs a transaction', 'Call write(tx => ...).');
  if (WRITE_KEYWORDS.has(keyword)) throw refusedWrite(keyword);
}

/** A statement that writes was given to a call that reads. */
export function refusedWrite(keyword: string): RefusedStatementError {
  return new RefusedStatementError(
    'REFUSED_WRITE_IN_READ',
    keyword || 'A statement that writes',
    'all(), get() and values() of the database only read',
    'Call run(), or write(tx => ...) and use tx.',
  );
}

function isRollbackTo(words: readonly string[]): boolean {
  return words[0] === 'ROLLBACK' && (words[1] === 'TO' || (words[1] === 'TRANSACTION' && words[2] === 'TO'));
}

/** Words after which a CREATE statement names anything else than what it creates. */
const AFTER_NAME = new Set(['(', 'as', 'begin', 'on', 'using']);

/** CREATE TABLE temp.t, with whatever stands between the two words. */
function namesTemporary(sql: string, { tokens }: ScriptStatement): boolean {
  const texts = tokens.slice(0, 9).map(({ start, end }) => unquote(sql.slice(start, end)).toLowerCase());
  const end = texts.findIndex((text) => AFTER_NAME.has(text));
  const dot = texts.indexOf('.');
  return texts[dot - 1] === 'temp' && (end < 0 || dot < end);
}

function guardPragma(sql: string, statement: ScriptStatement, access: Access): void {
  const at = statement.tokens.findIndex(({ start, end }) => sql.slice(start, end).toUpperCase() === 'PRAGMA');
  const texts = statement.tokens.slice(at + 1).map(({ start, end }) => sql.slice(start, end));
  const [name, next] = texts[1] === '.' ? [texts[2], texts[3]] : [texts[0], texts[1]];
  const pragma = unquote(name ?? '').toLowerCase();
  const hasArgument = next === '=' || next === '(';
  if (READ_PRAGMAS.has(pragma) && (!hasArgument || PRAGMAS_WITH_ARGUMENT.has(pragma))) return;
  if (access === 'write' && WRITE_PRAGMAS.has(pragma)) return;
  const advice = PRAGMA_ADVICE[pragma] ?? 'Pragmas that only read are allowed.';
  throw new RefusedStatementError('REFUSED_STATEMENT', `PRAGMA ${pragma}`, 'the connection has its settings from Tablite', advice);
}

/** An identifier without its quotes. */
export function unquote(name: string): string {
  return /^["'`[]/.test(name) ? name.slice(1, -1) : name;
}
