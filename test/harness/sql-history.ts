import fc from 'fast-check';
import type { BindValue } from '../../src/index.js';

/** A value, a long one by what it is made of: fast-check would print every byte of it. */
export type PlannedValue =
  | null
  | number
  | { readonly text: number; readonly seed: number }
  | { readonly bytes: number; readonly seed: number };

/** One statement, with its parameters. */
export interface SqlStep {
  readonly sql: string;
  readonly parameters: readonly PlannedValue[];
}

/** The value itself. */
export function boundValue(planned: PlannedValue): BindValue {
  if (planned === null || typeof planned === 'number') return planned;
  if ('text' in planned) return `${planned.seed}${'é'.repeat(planned.text)}`;
  // No two pages of it are alike, so that one in the wrong place shows.
  return Uint8Array.from({ length: planned.bytes }, (_, at) => (at * 31 + planned.seed * 17 + (at >> 8)) % 251);
}

/** Statements in a transaction; a nested list is a part of it that may be taken back. */
export interface SqlTransaction {
  readonly steps: readonly (SqlStep | { readonly nested: readonly SqlStep[]; readonly rollsBack: boolean })[];
  readonly isAsync: boolean;
  readonly fails: boolean;
}

/** What happens to the databases: a transaction, or something around it. */
export type SqlEvent =
  | { readonly does: 'transaction'; readonly tab: number; readonly transaction: SqlTransaction }
  | { readonly does: 'crash'; readonly isKept: boolean; readonly transaction: SqlTransaction }
  | { readonly does: 'reopen' | 'vacuum' | 'fold' | 'export' | 'compare' }
  | { readonly does: 'page size'; readonly pageSize: number };

/** What a table may be; all have the columns a, b and c, so that most statements fit most tables. */
const TABLES: readonly string[] = [
  '(id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, c REAL)',
  '(id INTEGER PRIMARY KEY AUTOINCREMENT, a, b, c INTEGER NOT NULL DEFAULT 5)',
  '(a TEXT, b, c, PRIMARY KEY (a, c)) WITHOUT ROWID',
  "(id INTEGER PRIMARY KEY, a, b TEXT, c AS (length(b)) STORED, d AS (a || '!'))",
  '(id INTEGER PRIMARY KEY, a REFERENCES t1 (id) ON DELETE CASCADE ON UPDATE SET NULL, b TEXT, c CHECK (c < 900))',
  '(id INTEGER PRIMARY KEY, a REFERENCES t1 (id) DEFERRABLE INITIALLY DEFERRED, b, c)',
  '(id INTEGER PRIMARY KEY, a ANY, b TEXT, c REAL) STRICT',
  '(a, b, c)',
];

const COLUMNS = ['a', 'b', 'c', 'id', 'x1'];
const table = fc.integer({ min: 1, max: 4 }).map((n) => `t${n}`);
const column = fc.constantFrom(...COLUMNS);
const small = fc.nat({ max: 9 });

const size = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 60 }) },
  { weight: 3, arbitrary: fc.constantFrom(900, 5000, 40_000) },
  { weight: 1, arbitrary: fc.constantFrom(120_000, 300_000) },
);
const value: fc.Arbitrary<PlannedValue> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -5, max: 1000 }),
  fc.constantFrom(0.5, -1e30, 3.25),
  fc.record({ text: size, seed: small }),
  fc.record({ bytes: size, seed: small }),
);

const plain = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<SqlStep> => arbitrary.map((sql) => ({ sql, parameters: [] }));
const made = (...parts: readonly (string | fc.Arbitrary<unknown>)[]): fc.Arbitrary<SqlStep> =>
  plain(fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((texts) => texts.join(' ')));
const asked = (arbitrary: fc.Arbitrary<string>, count: number): fc.Arbitrary<SqlStep> =>
  fc.tuple(arbitrary, fc.array(value, { minLength: count, maxLength: count })).map(([sql, parameters]) => ({ sql, parameters }));

const verb = fc.constantFrom('INSERT', 'INSERT', 'INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE', 'INSERT OR FAIL');
const tail = fc.constantFrom('', '', '', ' RETURNING *', ' ON CONFLICT DO NOTHING');
const rowsWhere = fc.oneof(
  fc.tuple(column, small).map(([name, n]) => `${name} = ${n}`),
  small.map((n) => `rowid % ${n + 1} = 0`),
  fc.tuple(column, small).map(([name, n]) => `${name} IN (SELECT b FROM t${(n % 4) + 1})`),
  fc.constant('1'),
);
const index = small.map((n) => `i${n % 5}`);
const trigger = small.map((n) => `r${n % 4}`);
const view = small.map((n) => `v${n % 3}`);

const change = fc.oneof(
  {
    weight: 8,
    arbitrary: asked(
      fc.tuple(verb, table, tail).map(([how, name, end]) => `${how} INTO ${name} (a, b, c) VALUES (?, ?, ?)${end}`),
      3,
    ),
  },
  {
    weight: 2,
    arbitrary: asked(
      fc.tuple(verb, table).map(([how, name]) => `${how} INTO ${name} (a, b) VALUES (?, ?)`),
      2,
    ),
  },
  {
    weight: 2,
    arbitrary: made('INSERT INTO', table, '(a, b, c) SELECT b, a, c + 1 FROM', table, 'WHERE', rowsWhere, 'ORDER BY 1, 2, 3 LIMIT 4'),
  },
  {
    weight: 3,
    arbitrary: asked(
      fc.tuple(table, column, rowsWhere).map(([name, set, where]) => `UPDATE ${name} SET ${set} = ? WHERE ${where}`),
      1,
    ),
  },
  { weight: 1, arbitrary: made('UPDATE', table, 'SET a = c, c = rowid WHERE', rowsWhere) },
  { weight: 3, arbitrary: made('DELETE FROM', table, 'WHERE', rowsWhere) },
  { weight: 1, arbitrary: made('DELETE FROM', table) },
);
const schema = fc.oneof(
  { weight: 6, arbitrary: made('CREATE TABLE', table, fc.constantFrom(...TABLES)) },
  { weight: 2, arbitrary: made('DROP TABLE', table) },
  { weight: 1, arbitrary: made('ALTER TABLE', table, 'RENAME TO', table) },
  { weight: 2, arbitrary: made('ALTER TABLE', table, "ADD COLUMN x1 TEXT DEFAULT 'new'") },
  { weight: 1, arbitrary: made('ALTER TABLE', table, 'DROP COLUMN', column) },
  { weight: 1, arbitrary: made('ALTER TABLE', table, 'RENAME COLUMN', column, 'TO', column) },
  { weight: 2, arbitrary: made('CREATE', fc.constantFrom('', 'UNIQUE'), 'INDEX', index, 'ON', table, '(', column, ')') },
  { weight: 1, arbitrary: made('CREATE INDEX', index, 'ON', table, '(length(b), a) WHERE c > 3') },
  { weight: 1, arbitrary: made('DROP INDEX', index) },
  {
    weight: 2,
    arbitrary: made(
      'CREATE TRIGGER',
      trigger,
      'AFTER',
      fc.constantFrom('INSERT', 'DELETE', 'UPDATE'),
      'ON',
      table,
      'BEGIN UPDATE counts SET n = n + 1; DELETE FROM',
      table,
      'WHERE rowid = 3; END',
    ),
  },
  {
    weight: 1,
    arbitrary: made(
      'CREATE TRIGGER',
      trigger,
      'BEFORE INSERT ON',
      table,
      "WHEN new.a = 7 BEGIN SELECT RAISE(ABORT, 'seven is refused'); END",
    ),
  },
  { weight: 1, arbitrary: made('DROP TRIGGER', trigger) },
  { weight: 1, arbitrary: made('CREATE VIEW', view, 'AS SELECT a, count(*) AS n, max(length(b)) FROM', table, 'GROUP BY a') },
  { weight: 1, arbitrary: made('DROP VIEW', view) },
  { weight: 1, arbitrary: plain(fc.constantFrom('ANALYZE', 'REINDEX')) },
);
const look = fc.oneof(
  made('SELECT * FROM', table, 'ORDER BY 1, 2, 3'),
  // No sum of reals: it depends on the order.
  made('SELECT count(*), max(c), total(length(b)) FROM', table, 'WHERE', rowsWhere),
  made('SELECT * FROM', view),
  made('SELECT x.a, y.b FROM', table, 'AS x JOIN', table, 'AS y ON x.a = y.id'),
  made('SELECT a, typeof(a), quote(c) FROM', table, 'WHERE', column, '> 2 ORDER BY', column),
);

const sqlStep = fc.oneof({ weight: 6, arbitrary: change }, { weight: 3, arbitrary: schema }, { weight: 2, arbitrary: look });
const transaction: fc.Arbitrary<SqlTransaction> = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: sqlStep },
      { weight: 1, arbitrary: fc.record({ nested: fc.array(sqlStep, { minLength: 1, maxLength: 4 }), rollsBack: fc.boolean() }) },
    ),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
  isAsync: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 2, arbitrary: fc.constant(false) }),
  fails: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 9, arbitrary: fc.constant(false) }),
});

export const sqlEvent: fc.Arbitrary<SqlEvent> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ does: fc.constant('transaction' as const), tab: fc.nat({ max: 1 }), transaction }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('crash' as const), isKept: fc.boolean(), transaction }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('reopen' as const, 'vacuum' as const, 'fold' as const, 'export' as const, 'compare' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('page size' as const), pageSize: fc.constantFrom(512, 1024, 4096, 16_384, 65_536) }),
  },
);

/** What every database of a history begins with: tables to be dropped, a count for triggers, and marks of crashes. */
export const FIRST: readonly string[] = [
  ...TABLES.slice(0, 4).map((definition, at) => `CREATE TABLE t${at + 1} ${definition}`),
  'CREATE TABLE counts (n INTEGER)',
  'INSERT INTO counts VALUES (0)',
  'CREATE TABLE marks (n INTEGER PRIMARY KEY)',
];
