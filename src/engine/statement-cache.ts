import type { Statement } from './statement.js';

const MOST = 128;

/** The most recently used prepared statements by SQL text; the others are freed. */
export class StatementCache {
  readonly #statementBySql = new Map<string, Statement>();
  #last: Statement | undefined;

  get(sql: string): Statement | undefined {
    if (this.#last?.sql === sql) return this.#last;
    const statement = this.#statementBySql.get(sql);
    if (statement) {
      // A Map keeps insertion order: the first key is the one that was not used for longest.
      this.#statementBySql.delete(sql);
      this.#statementBySql.set(sql, statement);
      this.#last = statement;
    }
    return statement;
  }

  add(statement: Statement): void {
    this.#statementBySql.set(statement.sql, statement);
    this.#last = statement;
    if (this.#statementBySql.size <= MOST) return;
    const [oldest] = this.#statementBySql.values();
    if (oldest) {
      this.#statementBySql.delete(oldest.sql);
      oldest.free();
    }
  }

  clear(): void {
    for (const statement of this.#statementBySql.values()) statement.free();
    this.#statementBySql.clear();
    this.#last = undefined;
  }
}
