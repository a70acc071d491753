import type { SqlJs, SqlJsDatabase, SqlJsStatement } from '../../src/engine/sql-js.js';

/** A sql.js that counts the prepared statements that are not freed yet. */
export function countingSqlJs(sqlJs: SqlJs): { sqlJs: SqlJs; open: () => number } {
  let open = 0;
  const counted = (statement: SqlJsStatement): SqlJsStatement => {
    open++;
    let isFreed = false;
    return {
      bind: (values) => statement.bind(values),
      step: () => statement.step(),
      get: (parameters, config) => statement.get(parameters, config),
      getColumnNames: () => statement.getColumnNames(),
      reset: () => statement.reset(),
      free: () => {
        if (!isFreed) open--;
        isFreed = true;
        return statement.free();
      },
    };
  };
  const Database = class implements SqlJsDatabase {
    readonly #database: SqlJsDatabase;

    constructor(data?: Uint8Array | ArrayLike<number>) {
      this.#database = data ? new sqlJs.Database(data) : new sqlJs.Database();
    }

    exec(sql: string): { columns: string[]; values: unknown[][] }[] {
      return this.#database.exec(sql);
    }

    prepare(sql: string): SqlJsStatement {
      return counted(this.#database.prepare(sql));
    }

    export(): Uint8Array {
      return this.#database.export();
    }

    getRowsModified(): number {
      return this.#database.getRowsModified();
    }

    close(): void {
      this.#database.close();
    }
  };
  return { sqlJs: { Database }, open: () => open };
}
