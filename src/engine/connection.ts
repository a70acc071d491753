import { RefusedStatementError, SqlError } from '../errors/sql-error.js';
import { TabliteError } from '../errors/tablite-error.js';
import { type FileHeader, readHeader } from '../page/header.js';
import { isEqualPage } from '../page/page.js';
import { type Footprint, type RootPages, readFootprint, readRootPages } from './footprint.js';
import { type Access, guardStatement, refusedWrite, unquote } from './guard.js';
import type { NumberedPage, PagedFile, SealedPages } from './paged-file.js';
import type { Parameters } from './parameters.js';
import { leadingWords } from './script.js';
import { sqlFailure } from './sql-failure.js';
import type { SqlJs, SqlJsDatabase, SqlJsStatement } from './sql-js.js';
import { Statement } from './statement.js';
import { StatementCache } from './statement-cache.js';
import type { Token } from './token.js';
import { exactRow } from './values.js';

/** `locking_mode` comes first: whatever follows runs under the one lock that is never given back. */
const SETTINGS = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = MEMORY;
  PRAGMA cache_spill = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA temp_store = MEMORY;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA secure_delete = ON;`;

const EMPTY_FOOTPRINT: Footprint = {
  reads: new Set(),
  writes: new Set(),
  isWrite: false,
  changesSchema: false,
  raises: false,
  writesTemporary: false,
};

/**
 * SQLite over one paged file: prepared statements, typed errors, and the rule that whoever changes pages under SQLite makes
 * it drop its cache. It knows nothing of storage or of other tabs.
 */
export class Connection {
  readonly file: PagedFile;
  readonly #database: SqlJsDatabase;
  readonly #statements = new StatementCache();
  readonly #controls = new Map<string, SqlJsStatement>();
  readonly #readable = new WeakSet<Statement>();
  #rowidQuery: SqlJsStatement | undefined;
  #roots: RootPages | undefined;

  /** @throws {SqlError} when the pages are not a database. */
  constructor(sqlJs: SqlJs, file: PagedFile) {
    this.file = file;
    // sql.js keeps this very object as the file's contents; it needs no more of a Uint8Array than PagedFile has.
    this.#database = new sqlJs.Database(file as unknown as Uint8Array);
    try {
      this.script(SETTINGS);
    } catch (thrown) {
      this.#database.close();
      throw thrown;
    }
  }

  /** The header as SQLite has written it into page 1. */
  get header(): FileHeader {
    const header = readHeader(this.file.page(0) ?? new Uint8Array(0));
    if (!header) throw new SqlError('SQL_CORRUPT', 'The first page has no SQLite header.', '');
    return header;
  }

  /**
   * The prepared statement for `sql`, from the cache or new.
   *
   * @throws {RefusedStatementError} when it may not run with this access.
   * @throws {SqlError} when SQLite cannot compile it.
   */
  prepare(sql: string, access: Access): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#compile(sql, access);
      this.#statements.add(statement);
    }
    if (access === 'read' && !this.#readable.has(statement)) {
      // It may have come into the cache through a write, which may do more by name.
      guardStatement(sql, 'read');
      if (statement.footprint.isWrite) throw refusedWrite(statement.keyword);
      this.#readable.add(statement);
    }
    return statement;
  }

  /** Runs `use` on the prepared statement, SQLite's errors typed. */
  with<Result>(sql: string, access: Access, use: (statement: Statement) => Result): Result {
    const statement = this.prepare(sql, access);
    const wasDirty = this.file.isDirty;
    // A few functions write from within a SELECT (FTS4's optimize, pragma_optimize), and its program does not tell.
    const hasWritten = () => access === 'read' && !wasDirty && this.file.isDirty;
    try {
      const result = use(statement);
      if (hasWritten()) throw refusedWrite(statement.keyword);
      return result;
    } catch (thrown) {
      throw thrown instanceof TabliteError ? thrown : sqlFailure(thrown, sql, statement.footprint.raises);
    } finally {
      if (hasWritten()) this.undo([this.file.seal()]);
      if (statement.footprint.changesSchema) this.forgetSchema();
    }
  }

  /** The rows changed by the last INSERT, UPDATE or DELETE. */
  get changes(): number {
    return this.#database.getRowsModified();
  }

  /** The rowid of the newest row that this connection inserted; 0 before the first. */
  get lastInsertRowid(): number | bigint {
    this.#rowidQuery ??= this.#database.prepare('SELECT last_insert_rowid()');
    const query = this.#rowidQuery;
    query.step();
    const [rowid] = exactRow(query.get(), () => query.get(null, { useBigInt: true }));
    query.reset();
    // last_insert_rowid() is always an integer.
    return rowid as number | bigint;
  }

  /** Runs SQL of Tablite's own, unguarded: settings and transaction control. */
  script(sql: string): unknown[][] {
    try {
      return this.#database.exec(sql)[0]?.values ?? [];
    } catch (thrown) {
      throw sqlFailure(thrown, sql);
    }
  }

  /** Compiles a statement of Tablite's own without running it. @throws {SqlError} when it cannot be compiled. */
  check(sql: string): void {
    try {
      this.#database.prepare(sql).free();
    } catch (thrown) {
      throw sqlFailure(thrown, sql);
    }
  }

  /** Rolls back. When an ALTER has failed in it, SQLite keeps the schema that was rolled back, for the next change with its cookie. */
  rollBack({ changedSchema }: { readonly changedSchema: boolean }): void {
    if (this.inTransaction) this.control('ROLLBACK');
    if (changedSchema) this.#noticeSchema();
  }

  /** Begins or ends a transaction; prepared once, since every write does both. */
  control(sql: 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK'): void {
    const statement = this.#controls.get(sql) ?? this.#database.prepare(sql);
    this.#controls.set(sql, statement);
    try {
      statement.step();
    } catch (thrown) {
      throw sqlFailure(thrown, sql);
    } finally {
      statement.reset();
    }
  }

  /** The one value of a query of Tablite's own. */
  value(sql: string, parameters?: Parameters): unknown {
    return this.with(sql, 'read', (statement) => statement.values(parameters, 1)[0]?.[0]);
  }

  /** Whether a transaction is open: SQLite ends one by itself after some errors, and what follows would be outside of it. */
  get inTransaction(): boolean {
    try {
      this.#database.exec('BEGIN');
    } catch {
      return true;
    }
    this.#database.exec('ROLLBACK');
    return false;
  }

  /** Undoes sealed writes, the newest first. */
  undo(sealed: readonly SealedPages[]): void {
    const cookie = this.#schemaCookie;
    for (const pages of sealed) this.file.undo(pages);
    this.#dropCache();
    // Another tab may reuse the schema cookie of the schema that was undone: SQLite has to notice the old one in between.
    if (this.#schemaCookie !== cookie) this.#noticeSchema();
  }

  /** Puts pages of another tab's commit under SQLite. */
  apply(commits: readonly (readonly NumberedPage[])[]): void {
    const cookie = this.#schemaCookie;
    for (const pages of commits) this.file.apply(pages);
    if (this.file.page(0)) this.file.truncate(this.header.pageCount);
    this.#dropCache();
    if (this.#schemaCookie !== cookie) this.#noticeSchema();
  }

  /** Writes the pages of a file of the same page size that differ from those here, outside of any transaction. */
  replacePages(image: Uint8Array): void {
    const { pageSize } = this.file;
    const { pageCount } = this.header;
    const different: NumberedPage[] = [];
    for (let start = 0; start < image.length; start += pageSize) {
      const page = start / pageSize;
      const bytes = image.subarray(start, start + pageSize);
      // What lies behind the end, of a file that was longer once, is not stored: it does not count as equal.
      if (page >= pageCount || !isEqualPage(bytes, this.file.page(page))) different.push([page, bytes]);
    }
    this.writePages(different);
    this.#noticeSchema();
  }

  /** Writes pages outside of any transaction: they are dirty, and `undo` takes them back. */
  writePages(pages: readonly NumberedPage[]): void {
    const cookie = this.#schemaCookie;
    const before = this.file.preImages(pages.map(([page]) => page));
    for (const [page, bytes] of pages) this.file.set(bytes, page * this.file.pageSize);
    try {
      this.#dropCache();
      if (this.#schemaCookie !== cookie) this.#noticeSchema();
    } catch (thrown) {
      // What is reported as failed must not be in the next commit.
      this.file.undo(before);
      throw sqlFailure(thrown, '');
    }
  }

  /** Forgets what was compiled against an older schema. */
  forgetSchema(): void {
    this.#statements.clear();
    this.#roots = undefined;
  }

  close(): void {
    this.#statements.clear();
    for (const statement of this.#controls.values()) statement.free();
    this.#controls.clear();
    this.#rowidQuery?.free();
    this.#database.close();
  }

  /** Undefined while the first page is absent. */
  get #schemaCookie(): number | undefined {
    return this.file.page(0) && this.header.schemaCookie;
  }

  #dropCache(): void {
    // Exclusive mode never looks whether somebody else wrote: without this the next read shows old rows.
    this.#database.exec('PRAGMA shrink_memory');
  }

  /** SQLite finds a new schema out when a statement runs: one that is only prepared before that has the old columns' names. */
  #noticeSchema(): void {
    // While the first page is absent it cannot look, and will once it is there.
    if (this.file.page(0)) this.#database.exec('SELECT 1 FROM sqlite_schema LIMIT 1');
    this.forgetSchema();
  }

  #compile(sql: string, access: Access): Statement {
    const parsed = guardStatement(sql, access);
    if (!parsed) throw sqlFailure('Nothing to prepare', sql);
    const text = sql.slice(parsed.start, parsed.end);
    let plain: ReturnType<SqlJsDatabase['prepare']> | undefined;
    try {
      plain = this.#database.prepare(sql);
      const [keyword] = leadingWords(sql, parsed.tokens, 1);
      const isPlanned = keyword !== 'PRAGMA' && keyword !== 'EXPLAIN';
      const footprint = isPlanned ? readFootprint(this.#database, text, this.#rootPages()) : EMPTY_FOOTPRINT;
      // ALTER looks for what it changes in the temporary schema too, which is always empty.
      if (footprint.writesTemporary && keyword !== 'ALTER') {
        throw new RefusedStatementError(
          'REFUSED_STATEMENT',
          'A temporary table',
          'no other tab would see it',
          'Create an ordinary table, or use a common table expression.',
        );
      }
      const altered = keyword === 'ALTER' && alteredTable(sql, parsed.tokens);
      if (altered) footprint.writes.add(altered);
      return new Statement(this.#database, sql, { statement: parsed, plain, footprint });
    } catch (thrown) {
      plain?.free();
      throw thrown instanceof TabliteError ? thrown : sqlFailure(thrown, sql);
    }
  }

  #rootPages(): RootPages {
    this.#roots ??= readRootPages(this.#database);
    return this.#roots;
  }
}

/** ALTER TABLE writes the schema only, where its table is a text: SQLite's program does not open it. */
function alteredTable(sql: string, tokens: readonly Token[]): string | undefined {
  const texts = tokens.slice(2, 5).map(({ start, end }) => sql.slice(start, end));
  const name = texts[1] === '.' ? texts[2] : texts[0];
  return name && unquote(name).toLowerCase();
}
