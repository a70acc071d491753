import { TransactionError } from '../errors/database-error.js';

/** What Drizzle does with a statement that it has built: runs it, or shows its SQL to whoever asks. */
const USES = ['run', 'all', 'get', 'values', 'execute', 'prepare', 'then', 'catch', 'finally', 'getSQL', 'toSQL'] as const;
/** What gives the statement itself, where `insert` and `update` give only its beginning. */
const STEPS = ['values', 'select', 'set'] as const;
const VERBS = ['insert', 'update', 'delete'] as const;

/** An object of Drizzle's, as far as it is looked at here. */
type Methods = Partial<Record<string, unknown>>;

/**
 * Knows which inserts, updates and deletes of a transaction were built and never run: Drizzle does nothing with those, and says
 * nothing either.
 */
export class UnrunStatements {
  readonly #unrun = new Map<object, string>();

  /** Watches what is built with one database object of Drizzle's. */
  watch<Db extends object>(db: Db): Db {
    for (const verb of VERBS) this.#after(db, verb, (beginning) => this.#watchStatement(beginning, verb));
    // What follows common table expressions begins statements of its own.
    this.#after(db, 'with', (beginning) => void this.watch(beginning));
    return db;
  }

  /** Whether something is such a statement. */
  has(value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.#unrun.has(value);
  }

  /** @throws {TransactionError} `TRANSACTION_UNRUN` */
  refuse(): void {
    const [verb] = this.#unrun.values();
    if (verb === undefined) return;
    throw new TransactionError(
      'TRANSACTION_UNRUN',
      `A statement was built with ${verb}() and never run, so it would have done nothing. End it with run(), all() or get(), or await it in an asynchronous transaction.`,
    );
  }

  #watchStatement(beginning: object, verb: string): void {
    if (verb !== 'delete') {
      for (const step of STEPS) this.#after(beginning, step, (statement) => this.#add(statement, verb));
    } else this.#add(beginning, verb);
  }

  #add(statement: object, verb: string): void {
    this.#unrun.set(statement, verb);
    for (const use of USES)
      this.#after(
        statement,
        use,
        () => undefined,
        () => this.#unrun.delete(statement),
      );
  }

  /** Has a method of an object hand over what it gives. */
  #after(object: object, name: string, take: (result: object) => void, before?: () => void): void {
    const methods = object as Methods;
    const method = methods[name];
    if (typeof method !== 'function') return;
    methods[name] = (...parameters: unknown[]): unknown => {
      before?.();
      const result: unknown = method.apply(object, parameters);
      if (typeof result === 'object' && result !== null) take(result);
      return result;
    };
  }
}
