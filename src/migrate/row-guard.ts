import type { Connection } from '../engine/connection.js';
import { leadingWords, type ScriptStatement } from '../engine/script.js';
import { type Token, tokenize } from '../engine/token.js';
import { foldCase, literal, nameOf, quoted } from './normal-sql.js';

/** Statements that change rows; what is none of them may change the schema. */
const CHANGES = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH']);

/** Triggers that may take rows: by DELETE or REPLACE, or by a write to a table whose own constraint says REPLACE. */
const TAKING_TRIGGERS = `
  SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND (sql LIKE '%delete%' OR sql LIKE '%replace%' OR EXISTS (
    SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%replace%')) LIMIT 1`;

/**
 * Counts the rows of tables that a step changes without naming them, by triggers: rows that are gone afterwards were not
 * meant to go.
 */
export class RowGuard {
  readonly #connection: Connection;
  readonly #named = new Set<string>();
  readonly #countByTable = new Map<string, number>();
  /** Whether any trigger could take rows; undefined when the schema has changed since. */
  #hasTriggers: boolean | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * A statement of a file is about to run.
   *
   * @returns whether it was compiled for this, since triggers may answer to it.
   * @throws {SqlError} when it cannot be compiled.
   */
  watch(sql: string, { start, end, tokens }: ScriptStatement): boolean {
    const [keyword = ''] = leadingWords(sql, tokens, 1);
    this.#name(sql, tokens);
    if (!CHANGES.has(keyword)) {
      this.#hasTriggers = undefined;
      return false;
    }
    if (this.#hasTriggers === undefined) {
      this.#connection.forgetSchema();
      this.#hasTriggers = this.#connection.script(TAKING_TRIGGERS).length > 0;
    }
    if (this.#hasTriggers) this.#note(this.#connection.prepare(sql.slice(start, end), 'write').footprint.writes);
    return this.#hasTriggers;
  }

  /** A statement of code is about to run, which writes these tables, in lower case, according to SQLite. */
  watchCompiled(sql: string, writes: Iterable<string>): void {
    this.#name(sql, tokenize(sql).tokens);
    this.#note(writes);
  }

  #name(sql: string, tokens: readonly Token[]): void {
    // The body of a trigger says what shall happen one day, not what this step is to do.
    if (leadingWords(sql, tokens, 1)[0] === 'CREATE') return;
    for (const table of losersOf(sql, tokens)) this.#named.add(table);
  }

  #note(tables: Iterable<string>): void {
    for (const table of tables) {
      if (this.#named.has(table) || this.#countByTable.has(table)) continue;
      const count = this.#count(table);
      if (count !== undefined) this.#countByTable.set(table, count);
    }
  }

  /** The tables that lost rows and were not named, each with how many. */
  losses(): string[] {
    const losses: string[] = [];
    for (const [table, before] of this.#countByTable) {
      // A table that is not there under its name any more was renamed: dropping it would have named it.
      const lost = before - (this.#count(table) ?? before);
      if (!this.#named.has(table) && lost > 0) losses.push(`${lost} of ${before} rows of ${table}`);
    }
    return losses;
  }

  /** Undefined where there is no such table; of a virtual table, which is no more than its module makes of it; and of SQLite's own. */
  #count(table: string): number | undefined {
    if (table.startsWith('sqlite_')) return undefined;
    const stored = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND lower(name) = ${literal(table)}`;
    if (this.#connection.script(stored).length === 0) return undefined;
    return Number(this.#connection.script(`SELECT count(*) FROM ${quoted(table)}`)[0]?.[0]);
  }
}

/** The tables, in lower case, from which a statement says that rows go: DELETE FROM, DROP TABLE, REPLACE INTO, OR REPLACE. */
function losersOf(sql: string, tokens: readonly Token[]): string[] {
  const textAt = (at: number) => (tokens[at] ? sql.slice(tokens[at].start, tokens[at].end) : '');
  const words = tokens.map((_, at) => textAt(at).toUpperCase());
  const losers: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    let name = 0;
    if (words[at] === 'DELETE' && words[at + 1] === 'FROM') name = at + 2;
    else if (words[at] === 'DROP' && words[at + 1] === 'TABLE') name = words[at + 2] === 'IF' ? at + 4 : at + 2;
    // REPLACE INTO t, INSERT OR REPLACE INTO t, UPDATE OR REPLACE t.
    else if (words[at] === 'REPLACE' && words[at + 1] !== '(') name = words[at + 1] === 'INTO' ? at + 2 : at + 1;
    if (name === 0) continue;
    if (textAt(name + 1) === '.') name += 2;
    losers.push(foldCase(nameOf(textAt(name))));
  }
  return losers;
}
