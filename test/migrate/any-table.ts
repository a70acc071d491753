import fc from 'fast-check';
import type { Connection } from '../../src/engine/connection.js';
import { SqlError } from '../../src/errors/sql-error.js';

/** A database with a table `t`, its columns' names as they may stand in SQL. */
export interface AnyTable {
  readonly script: string;
  readonly columns: readonly string[];
}

const quotes = [(name: string) => `"${name.replaceAll('"', '""')}"`, (name: string) => `\`${name.replaceAll('`', '``')}\``];
const names = ['a', 'b', 'c', 'check', 'order', 'primary', 'rowid', 'oid', '_rowid_', 'Ä', 'ä', 'current_date', '_new_t', 't'].concat(
  ...['a b', 'a.b', 'x"y', 'q`r', "it's", '--', ';'],
);
const type = fc.constantFrom('', 'INT', 'INTEGER', 'VARCHAR(9)', 'JSON', '"odd type"', 'REAL');
const clauses = fc.subarray(
  ['NOT NULL', "DEFAULT 'x''y'", 'DEFAULT (1 + 2)', 'COLLATE NOCASE', 'CHECK (1 OR "a" = 1)', 'UNIQUE'].concat(
    ...['REFERENCES t', 'REFERENCES u (id) ON DELETE CASCADE'],
  ),
);
const extras = fc.subarray(['generated', 'index', 'expression', 'partial', 'trigger', 'view', 'other trigger']);

const column = fc.record({
  name: fc.constantFrom(...names),
  quote: fc.constantFrom(...quotes),
  type,
  clauses,
  drift: fc.option(fc.record({ type, clauses: fc.subarray(['NOT NULL', 'DEFAULT 3', 'CHECK (1 OR "a" = 2)', 'UNIQUE']) }), { freq: 2 }),
});

const shape = fc.record({
  columns: fc.uniqueArray(column, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
  key: fc.constantFrom('none', 'column', 'last', 'table', 'descending'),
  extras,
  drift: fc.record({ lacks: extras, has: fc.subarray(['index', 'expression', 'partial', 'view'], { maxLength: 1 }) }),
  withoutRowid: fc.boolean(),
});
type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never;

/** A table with anything. Not every one is accepted by SQLite. */
export const anyTable: fc.Arbitrary<AnyTable> = shape.map(tableOf);

/** A table, and one that is different in what a version may be different in, and sometimes in more. */
export const anyDrift: fc.Arbitrary<{ expected: AnyTable; found: AnyTable }> = shape.map((drawn) => ({
  expected: tableOf(drawn),
  found: tableOf({
    ...drawn,
    columns: drawn.columns.map((each, at) => ({ ...each, ...each.drift, type: at > 0 ? (each.drift?.type ?? each.type) : each.type })),
    extras: [
      ...new Set([...drawn.extras.filter((extra) => extra === 'generated' || !drawn.drift.lacks.includes(extra)), ...drawn.drift.has]),
    ],
  }),
}));

/** Rows of five values, of which a table takes as many as it has columns. */
export const anyRows: fc.Arbitrary<string[][]> = fc.array(
  fc.array(fc.constantFrom('NULL', '1', '2', "'x'", "'7'", "'07'", "x'00'", '2.5', '9007199254740993'), { minLength: 5, maxLength: 5 }),
  { maxLength: 4 },
);

/** Makes the table and as many of the rows as it takes. @returns false when it is no table. */
export function make(connection: Connection, { script, columns }: AnyTable, rows: readonly string[][] = []): boolean {
  if (!attempt(connection, script)) return false;
  for (const row of rows) attempt(connection, `INSERT INTO t (${columns.join(', ')}) VALUES (${row.slice(0, columns.length).join(', ')})`);
  return true;
}

/** Each row with its rowid, where it has one that can be asked for, and each value as SQL. */
export function dump(connection: Connection, { columns }: AnyTable): unknown[][] {
  const hasRowid = connection.script("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = 't'")[0]?.[0] === 0;
  const taken = new Set(connection.script("SELECT name FROM pragma_table_xinfo('t')").flat());
  const rowid = hasRowid ? ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) : undefined;
  const values = columns.map((name) => `quote(${name})`).join(', ');
  return connection.script(`SELECT ${rowid ?? 1}, ${values} FROM t ORDER BY 1, ${values}`);
}

function tableOf({ columns, key, extras, withoutRowid }: Shape): AnyTable {
  const written = columns.map(({ name, quote }) => quote(name));
  const [first = ''] = written;
  const parts = columns.map(({ type, clauses }, at) => {
    const isKey = at === 0 && (key === 'column' || key === 'descending');
    return `${written[at]} ${type} ${isKey ? `PRIMARY KEY ${key === 'descending' ? 'DESC' : ''}` : ''} ${clauses.join(' ')}`;
  });
  if (key === 'table') parts.push(`PRIMARY KEY (${written.join(', ')})`);
  if (key === 'last') parts.push(`PRIMARY KEY (${written.at(-1)})`);
  const generated = extras.includes('generated') ? [`gen AS (${first} || 'x')`] : [];
  const extraSql: Record<string, string> = {
    index: `CREATE INDEX i1 ON t (${written.join(', ')});`,
    expression: `CREATE INDEX i2 ON t (length(${first}) DESC);`,
    partial: `CREATE INDEX i3 ON t (${first}) WHERE ${first} > 1;`,
    trigger: `CREATE TRIGGER r1 AFTER UPDATE ON t BEGIN UPDATE u SET id = NEW.${first} WHERE id = OLD.${first}; END;`,
    view: `CREATE VIEW v AS SELECT ${first} FROM t; CREATE VIEW w AS SELECT * FROM v;`,
    'other trigger': 'CREATE TRIGGER r2 AFTER DELETE ON u BEGIN DELETE FROM t WHERE 1; END;',
  };
  const script = `
    CREATE TABLE u (id INTEGER PRIMARY KEY, t REFERENCES t);
    CREATE TABLE t (${[...parts.slice(0, columns.length), ...generated, ...parts.slice(columns.length)].join(', ')})
      ${withoutRowid && key !== 'none' ? 'WITHOUT ROWID' : ''};
    ${extras.map((extra) => extraSql[extra] ?? '').join('\n')}`;
  return { script, columns: written };
}

function attempt(connection: Connection, script: string): boolean {
  try {
    connection.script(script);
    return true;
  } catch (thrown) {
    if (thrown instanceof SqlError) return false;
    throw thrown;
  }
}
