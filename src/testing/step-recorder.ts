import type { Transaction } from '../engine/transaction.js';
import type { Migration } from '../migrate/chain.js';
import type { MigrationCode, MigrationContent } from '../migrate/content.js';
import { type NamedChange, namedChanges } from './named-change.js';

/**
 * A chain whose steps tell what they name. Of SQL the file tells; of code, which may do other things where there are other
 * rows, the statements that it runs.
 */
export class StepRecorder {
  /** The chain, recorded as it runs. */
  readonly chain: readonly Migration[];
  readonly #fixed: ReadonlyMap<number, readonly NamedChange[]>;
  readonly #recorded = new Map<number, NamedChange[]>();

  /** @throws {MigrationError} when a file cannot be loaded. */
  static async of(chain: readonly Migration[]): Promise<StepRecorder> {
    return new StepRecorder(chain, await Promise.all(chain.map(({ load }) => load())));
  }

  constructor(chain: readonly Migration[], contents: readonly MigrationContent[]) {
    const fixed = new Map<number, NamedChange[]>();
    this.chain = chain.map((migration, index): Migration => {
      const content = contents[index] as MigrationContent;
      const { version } = migration;
      if ('code' in content) return { ...migration, load: async () => ({ code: this.#listening(content.code, version) }) };
      fixed.set(
        version,
        content.statements.flatMap(({ start, end }) => namedChanges(content.sql.slice(start, end))),
      );
      return { ...migration, load: async () => content };
    });
    this.#fixed = fixed;
  }

  /** Forgets what code did before. */
  begin(): void {
    this.#recorded.clear();
  }

  changesOf(version: number): readonly NamedChange[] {
    return this.#fixed.get(version) ?? this.#recorded.get(version) ?? [];
  }

  #listening({ revision, up }: MigrationCode, version: number): MigrationCode {
    const record = (sql: string) => this.#recorded.set(version, [...(this.#recorded.get(version) ?? []), ...namedChanges(sql)]);
    return { revision, up: (tx) => up(listeningTransaction(tx, record)) };
  }
}

function listeningTransaction(tx: Transaction, record: (sql: string) => void): Transaction {
  return {
    all: (sql, parameters) => {
      record(sql);
      return tx.all(sql, parameters);
    },
    get: (sql, parameters) => {
      record(sql);
      return tx.get(sql, parameters);
    },
    values: (sql, parameters, limit) => {
      record(sql);
      return tx.values(sql, parameters, limit);
    },
    run: (sql, parameters) => {
      record(sql);
      return tx.run(sql, parameters);
    },
    savepoint: () => tx.savepoint(),
  };
}
