import type { Transaction } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import { ConstraintError, SqlError } from '../errors/sql-error.js';
import { foldCase, quoted } from '../migrate/normal-sql.js';
import { checkValues } from './check-values.js';
import { isSameValue, type Rule, type Slot, searchRow } from './row-search.js';
import { freshValue, sampleValues } from './sample-values.js';
import type { CheckShape, ColumnShape, ForeignKeyShape, TableShape } from './table-shape.js';

/** In the second row every column that may be NULL is. */
const NULL_ROW = 1;
/** The third row has the values of the first wherever two rows may: a later UNIQUE would fail on such rows. */
const TWIN_ROW = 2;
const MOST_ATTEMPTS = 60;

/** Makes up rows for one table: by search where SQL can be asked beforehand, and by trial where only an INSERT tells. */
export class TableFiller {
  readonly #tx: Transaction;
  readonly #shape: TableShape;
  /** Keys whose parent has its rows. */
  readonly #keys: readonly ForeignKeyShape[];
  readonly #ordinary: readonly ColumnShape[];
  readonly #poolByColumn = new Map<string, readonly SqlValue[]>();
  readonly #rules: Rule[];

  /** `isFilled` tells the tables that have their rows: keys to any other are left for later. */
  constructor(tx: Transaction, shape: TableShape, isFilled: (table: string) => boolean) {
    this.#tx = tx;
    this.#shape = shape;
    this.#keys = shape.foreignKeys.filter(({ parent }) => isFilled(parent));
    const ofKeys = new Set(this.#keys.flatMap(({ columns }) => columns));
    this.#ordinary = shape.columns.filter(({ name }) => !ofKeys.has(name));
    this.#rules = shape.checks.map((check) => this.#ruleOf(check));
    const first =
      shape.rowid === undefined ? 0 : Number(tx.values(`SELECT max(0, max(${shape.rowid})) FROM ${quoted(shape.name)}`)[0]?.[0]);
    for (const column of this.#ordinary) this.#poolByColumn.set(column.name, this.#pool(column, first));
  }

  /** Adds one row. @returns why there is none, in SQLite's words; undefined when there is. */
  addRow(row: number): string | undefined {
    const { name, columns } = this.#shape;
    const sql = `INSERT INTO ${quoted(name)} (${columns.map((column) => quoted(column.name)).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    let failure = 'no values satisfy its constraints together';
    for (let attempt = 0, turn = row === TWIN_ROW ? 0 : row; attempt < MOST_ATTEMPTS; attempt++) {
      const values = searchRow(this.#slots(row, turn), this.#rules);
      if (!values) return failure;
      try {
        const bound = columns.map((column) => values.get(column.name) ?? null);
        if (this.#tx.run(sql, bound).changes > 0) return undefined;
        failure = 'the row is ignored';
        turn++;
      } catch (thrown) {
        if (!(thrown instanceof ConstraintError)) throw thrown;
        failure = thrown.message;
        // What is to be unique has to be another; of any other failure nobody says which value was wrong.
        if (!this.#forbid(thrown, values)) turn++;
      }
    }
    return failure;
  }

  #forbid({ kind, table, columns: named }: ConstraintError, row: ReadonlyMap<string, SqlValue>): boolean {
    if (kind !== 'unique' || table === undefined || foldCase(table) !== this.#shape.name) return false;
    const columns = named.map(foldCase).filter((column) => row.has(column));
    if (columns.length === 0) return false;
    const taken = columns.map((column) => row.get(column) ?? null);
    this.#rules.push({ columns, allows: (values) => !values.every((value, at) => isSameValue(value, taken[at] ?? null)) });
    return true;
  }

  #slots(row: number, turn: number): Slot[] {
    const columns = this.#ordinary.map(({ name, type, isNullable }, at): Slot => {
      const pool = rotated(this.#poolByColumn.get(name) ?? [], turn + at);
      const fresh = [freshValue(type, turn)].filter((value) => this.#isFit(name, value));
      return {
        columns: [name],
        choices: withNull(
          [...pool, ...fresh].map((value) => [value]),
          isNullable ? [[null]] : [],
          row,
        ),
      };
    });
    return [...this.#keys.map((key) => this.#keySlot(key, row, turn)), ...columns];
  }

  #keySlot({ columns, parent, parentColumns }: ForeignKeyShape, row: number, turn: number): Slot {
    const present = parentRows(this.#tx, parent, parentColumns);
    const isNullable = columns.map((name) => this.#shape.columns.find((column) => column.name === name)?.isNullable ?? false);
    const without = (values: readonly SqlValue[]) => values.map((value, at) => (isNullable[at] ? null : value));
    // A key with any NULL refers to nothing; the columns that cannot be NULL then take what they like.
    const nulls = isNullable.includes(true)
      ? [...present.map(without), ...(isNullable.includes(false) ? [] : [columns.map(() => null)])]
      : [];
    return { columns, choices: withNull(rotated(present, turn), nulls, row) };
  }

  /** What a column may hold by its type and by the CHECKs that speak of it alone. */
  #pool(column: ColumnShape, first: number): SqlValue[] {
    const { name, type, isRowid } = column;
    // The greatest rowid would leave no room for the next one; gaps tell whether a copy numbers its rows anew.
    const samples = isRowid ? [1, 4, 7, 10, 13].map((step) => first + step) : sampleValues(type);
    const literals = this.#shape.checks
      .filter(({ columns }) => columns.includes(name))
      .flatMap(({ expression }) => checkValues(expression));
    const distinct: SqlValue[] = [];
    for (const value of [...samples, ...literals]) if (!distinct.some((known) => isSameValue(known, value))) distinct.push(value);
    return distinct.filter((value) => this.#isFit(name, value));
  }

  #isFit(column: string, value: SqlValue): boolean {
    return this.#rules.every(({ columns, allows }) => columns.length !== 1 || columns[0] !== column || allows([value]));
  }

  /** SQLite itself is asked, of values that are in no table. */
  #ruleOf({ expression, columns }: CheckShape): Rule {
    const given = columns.map((column) => `? AS ${quoted(column)}`).join(', ') || '1';
    const sql = `SELECT (${expression}) FROM (SELECT ${given}) AS ${quoted(this.#shape.name)}`;
    return {
      columns,
      allows: (values) => {
        try {
          const [result] = this.#tx.values(sql, values)[0] ?? [];
          return result === null || Boolean(Number(result));
        } catch (thrown) {
          // Malformed JSON, say: the INSERT would fail in the same way.
          if (thrown instanceof SqlError) return false;
          throw thrown;
        }
      },
    };
  }
}

/** The keys that rows of a table may refer to, each once, in the order of the rows. */
export function parentRows(tx: Transaction, parent: string, columns: readonly string[]): SqlValue[][] {
  const list = columns.map(quoted).join(', ');
  const whole = columns.map((column) => `${quoted(column)} IS NOT NULL`).join(' AND ');
  return tx.values(`SELECT DISTINCT ${list} FROM ${quoted(parent)} WHERE ${whole} ORDER BY ${list}`);
}

function withNull<Choice>(choices: readonly Choice[], nulls: readonly Choice[], row: number): Choice[] {
  return row === NULL_ROW ? [...nulls, ...choices] : [...choices, ...nulls];
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
