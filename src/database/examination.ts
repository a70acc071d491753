import type { Engine } from '../engine/engine.js';
import type { SqlJsDatabase } from '../engine/sql-js.js';
import { ImportError } from '../errors/database-error.js';
import { quoted } from '../migrate/normal-sql.js';
import { codeLabel, readCode } from '../migrate/schema-code.js';
import { readStructure, type Structure, type StructureEntry } from '../migrate/structure.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';

/** Offsets of the read and the write version in the header; 2 in them means a write-ahead log. */
const VERSION_BYTES = [18, 19] as const;

/** What SQLite itself writes into its schema, and nothing that only passes for it: what is compared is what SQLite understands. */
const NOT_SQLITES = `
  SELECT count(*) FROM sqlite_schema WHERE coalesce(NOT (
    typeof(name) = 'text' AND typeof(tbl_name) = 'text' AND instr(type || name || tbl_name || coalesce(sql, ''), char(0)) = 0
    AND CASE type
      WHEN 'table' THEN typeof(sql) = 'text' AND (sql GLOB 'CREATE TABLE *' OR sql GLOB 'CREATE VIRTUAL TABLE *')
      WHEN 'index' THEN sql IS NULL OR (typeof(sql) = 'text' AND (sql GLOB 'CREATE INDEX *' OR sql GLOB 'CREATE UNIQUE INDEX *'))
      WHEN 'trigger' THEN typeof(sql) = 'text' AND sql GLOB 'CREATE TRIGGER *'
      WHEN 'view' THEN typeof(sql) = 'text' AND sql GLOB 'CREATE VIEW *'
      ELSE 0 END), 1)`;

/** What the schema of a file says. Nothing of it has run. */
export interface Findings {
  readonly structure: Structure;
  readonly code: readonly StructureEntry[];
}

export interface ExaminationLimits {
  /** All the memory that SQLite may take. It holds for the whole sql.js and cannot be raised again: only where that is thrown away. */
  readonly heapBytes?: number;
}

/**
 * SQLite over a file that nobody has vouched for. First it is only looked at; what is foreign may then be dropped before anything
 * else runs on it, and what comes out is whole and in rollback mode, with nothing that truncates it.
 *
 * Every method throws an ImportError where SQLite cannot do it.
 */
export class Examination {
  readonly #database: SqlJsDatabase;
  readonly #isAutoVacuum: boolean;

  /** @param image With a valid header. It is taken over, and changed. */
  constructor(engine: Engine, image: Uint8Array, { heapBytes }: ExaminationLimits = {}) {
    // In rollback mode: what a -wal file beside it held and had not been moved into it is not part of these bytes.
    for (const offset of VERSION_BYTES) image[offset] = 1;
    const header = readHeader(image.subarray(0, HEADER_BYTES));
    this.#isAutoVacuum = header?.isAutoVacuum ?? false;
    this.#database = engine.detached(image);
    // Twice the pages that it has: a rewrite may need some more than it took.
    const pages = 2 * Math.ceil(image.length / (header?.pageSize ?? 512));
    try {
      if (heapBytes !== undefined) this.#run(`PRAGMA hard_heap_limit = ${heapBytes}`);
      this.#run(`PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON; PRAGMA max_page_count = ${pages}`);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  look(): Findings {
    const [[odd] = []] = this.#run(NOT_SQLITES);
    if (odd !== 0) throw damaged('its schema has entries that SQLite does not write');
    const reader = { script: (sql: string) => this.#run(sql) };
    return { structure: readStructure(reader), code: readCode(reader) };
  }

  /** The file without these triggers, views, indexes and virtual tables. */
  take(dropped: readonly StructureEntry[]): Uint8Array {
    if (dropped.length > 0) this.#run('PRAGMA query_only = OFF');
    for (const entry of dropped) this.#drop(entry);
    this.#run('PRAGMA query_only = ON');
    const report = this.#run('PRAGMA quick_check(5)').map(([line]) => String(line));
    if (report.join() !== 'ok') throw damaged(report.join('; '));
    this.#run('PRAGMA query_only = OFF');
    // A file that vacuums itself truncates itself, which the paged file must never see.
    if (this.#isAutoVacuum) this.#run('PRAGMA auto_vacuum = NONE; VACUUM');
    return this.#attempt(() => this.#database.export());
  }

  close(): void {
    this.#database.close();
  }

  #drop(entry: StructureEntry): void {
    try {
      this.#database.exec(`DROP ${entry.kind} ${quoted(entry.name)}`);
    } catch (cause) {
      // Of a virtual table whose module is not there, for one.
      const message = `${codeLabel(entry)} is foreign and cannot be dropped: ${reasonOf(cause)}. Drop it in the program that made the file.`;
      throw new ImportError('IMPORT_FOREIGN', message, { cause, foreign: [codeLabel(entry)] });
    }
  }

  /** @returns the rows of the last statement that gave any. */
  #run(sql: string): unknown[][] {
    return this.#attempt(() => this.#database.exec(sql).at(-1)?.values ?? []);
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      const reason = reasonOf(cause);
      if (reason === 'out of memory') throw tooMuchMemory(cause);
      throw damaged(reason, cause);
    }
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function damaged(reason: string, cause?: unknown): ImportError {
  return new ImportError('IMPORT_DAMAGED', `The file is damaged: ${reason}. Use another copy of it.`, { cause });
}

function tooMuchMemory(cause: unknown): ImportError {
  return new ImportError(
    'IMPORT_TOO_LARGE',
    'SQLite needs more memory to look at the file than an import may take. Import a file with smaller rows.',
    { cause },
  );
}
