import type { ScriptStatement } from '../engine/script.js';
import { splitScript } from '../engine/script.js';
import type { Unterminated } from '../engine/token.js';
import { type Action, readAction } from './action.js';
import { type Lexeme, readLexemes } from './lexeme.js';
import type { LintOptions } from './options.js';
import type { Schema } from './schema.js';
import type { Scratch } from './scratch.js';

/** One statement of a file. */
export interface Step {
  readonly file: SqlFile;
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly statement: ScriptStatement;
  readonly text: string;
  readonly lexemes: readonly Lexeme[];
  readonly action: Action;
}

/** A file of SQL, and what is known while its statements are run one by one. */
export class SqlFile {
  readonly name: string;
  /** With LF line ends, without a byte order mark, and with a space for each NUL: SQLite would read nothing behind it. */
  readonly text: string;
  /** The offset of the first NUL; -1 without one. */
  readonly nul: number;
  readonly unterminated: Unterminated | undefined;
  readonly steps: readonly Step[];
  readonly options: LintOptions;
  readonly scratch: Scratch;
  /** The schema before the file. */
  readonly before: Schema;
  /** The tables that the file has made so far, in lower case: no user has rows in them. */
  readonly #fresh = new Set<string>();
  /** The steps that made the object which they name. */
  readonly #creations = new Set<Step>();

  constructor(file: { readonly name: string; readonly sql: string }, options: LintOptions, scratch: Scratch) {
    const plain = file.sql.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
    this.name = file.name;
    this.text = plain.replaceAll('\0', ' ');
    this.nul = plain.indexOf('\0');
    this.options = options;
    this.scratch = scratch;
    this.before = scratch.schema();
    const { statements, unterminated } = splitScript(this.text);
    this.unterminated = unterminated;
    this.steps = statements.map((statement, index) => {
      const { start, end, tokens } = statement;
      const lexemes = readLexemes(this.text, tokens);
      return { file: this, index, start, end, statement, text: this.text.slice(start, end), lexemes, action: readAction(lexemes) };
    });
  }

  /** The schema as it is now. */
  get schema(): Schema {
    return this.scratch.schema();
  }

  /** Whether this file made the table: a table that takes the name of an older one has its rows. */
  isFresh(table: string): boolean {
    return this.#fresh.has(table.toLowerCase());
  }

  /** Whether the statement made its table, which was not there before. */
  isCreation(step: Step): boolean {
    return this.#creations.has(step);
  }

  /** Notes what a statement is about to do to tables. */
  follow(step: Step): void {
    const { action } = step;
    if (action.kind === 'create-table' && !this.scratch.hasTable(action.table)) {
      this.#fresh.add(action.table.toLowerCase());
      this.#creations.add(step);
    }
    if (action.kind === 'drop') this.#fresh.delete(action.name.toLowerCase());
    if (action.kind !== 'rename-table') return;
    const isFresh = this.#fresh.delete(action.table.toLowerCase());
    if (isFresh && !this.before.table(action.to)) this.#fresh.add(action.to.toLowerCase());
  }

  /** What a table of one step is called at the end; undefined when it is dropped by then. */
  finalName(table: string, after: Step): string | undefined {
    let name = table.toLowerCase();
    for (const { action } of this.steps.slice(after.index + 1)) {
      if (action.kind === 'drop' && action.name.toLowerCase() === name) return undefined;
      if (action.kind === 'rename-table' && action.table.toLowerCase() === name) name = action.to.toLowerCase();
    }
    return name;
  }
}
