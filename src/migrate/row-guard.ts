import type { Connection } from '../engine/connection.js';
import { leadingWords, type ScriptStatement } from '../engine/script.js';
import { type Token, tokenize } from '../engine/token.js';
import { foldCase, literal, nameOf, quoted } from './normal-sql.js';

/** The words that stand right before the table that a statement changes. */
const BEFORE_TARGET = new Set(['INTO', 'FROM', 'UPDATE', 'TABLE', 'EXISTS']);
const CONFLICT_WORDS = new Set(['OR', 'ROLLBACK', 'ABORT', 'REPLACE', 'FAIL', 'IGNORE']);

/** Statements that change rows; what is none of them may change the schema. */
const CHANGES = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH']);

/**
 * Counts the rows of tables that a step changes without naming them, by triggers: rows that are gone afterwards were not
 * meant to go.
 */
export class RowGuard {
  readonly #connection: Connection;
  readonly #named = new Set<string>();
  readonly #countByTable = new Map<string, number>();
  /** Whether any trigger could change what a statement does not name; undefined when the schema has changed since. */
  #hasTriggers: boolean | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A statement of a file is about to run. @throws {SqlError} when it cannot be compiled. */
  watch(sql: string, { start, end, tokens }: ScriptStatement): void {
    const [keyword = ''] = leadingWords(sql, tokens, 1);
    this.#name(sql, tokens);
    if (!CHANGES.has(keyword)) {
      this.#hasTriggers = undefined;
      return;
    }
    if (this.#hasTriggers === undefined) {
      this.#connection.forgetSchema();
      this.#hasTriggers = this.#connection.script("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' LIMIT 1").length > 0;
    }
    if (this.#hasTriggers) this.#note(this.#connection.prepare(sql.slice(start, end), 'write').footprint.writes);
  }

  /** A statement of code is about to run, which writes these tables, in lower case, according to SQLite. */
  watchCompiled(sql: string, writes: Iterable<string>): void {
    this.#name(sql, tokenize(sql).tokens);
    this.#note(writes);
  }

  #name(sql: string, tokens: readonly Token[]): void {
    // The body of a trigger says what shall happen one day, not what this step is to do.
    if (leadingWords(sql, tokens, 1)[0] === 'CREATE') return;
    for (const table of targetsOf(sql, tokens)) this.#named.add(table);
  }

  #note(tables: Iterable<string>): void {
    for (const table of tables)
      if (table !== 'sqlite_schema' && !this.#named.has(table) && !this.#countByTable.has(table))
        this.#countByTable.set(table, this.#count(table) ?? 0);
  }

  /** The tables that lost rows and were not named, each with how many. */
  losses(): string[] {
    const losses: string[] = [];
    for (const [table, before] of this.#countByTable) {
      const lost = before - (this.#count(table) ?? 0);
      if (!this.#named.has(table) && lost > 0) losses.push(`${lost} of ${before} rows of ${table}`);
    }
    return losses;
  }

  /** Undefined where there is no such table. */
  #count(table: string): number | undefined {
    const exists = this.#connection.script(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = ${literal(table)}`);
    if (exists.length === 0) return undefined;
    return Number(this.#connection.script(`SELECT count(*) FROM ${quoted(table)}`)[0]?.[0]);
  }
}

/** The tables, in lower case, that stand where a statement says what it changes or takes rows from. */
function targetsOf(sql: string, tokens: readonly Token[]): string[] {
  const textAt = (at: number) => (tokens[at] ? sql.slice(tokens[at].start, tokens[at].end) : '');
  const targets: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!BEFORE_TARGET.has(textAt(at).toUpperCase())) continue;
    if (textAt(at).toUpperCase() === 'FROM' && textAt(at - 1).toUpperCase() !== 'DELETE') continue;
    let name = at + 1;
    if (textAt(at).toUpperCase() === 'UPDATE') while (CONFLICT_WORDS.has(textAt(name).toUpperCase())) name++;
    if (textAt(name + 1) === '.') name += 2;
    targets.push(foldCase(nameOf(textAt(name))));
  }
  return targets;
}
