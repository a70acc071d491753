import { ConstraintError, type ConstraintKind, SqlError, type SqlErrorCode } from '../errors/sql-error.js';

const CODES: readonly (readonly [RegExp, SqlErrorCode])[] = [
  [/^near ".*": syntax error|^incomplete input|^unrecognized token|syntax error/s, 'SQL_SYNTAX'],
  [/^no such table|no such view/, 'SQL_NO_SUCH_TABLE'],
  [/^no such column|has no column named/, 'SQL_NO_SUCH_COLUMN'],
  [/^no such function|^wrong number of arguments to function/, 'SQL_NO_SUCH_FUNCTION'],
  [/^Nothing to prepare/, 'SQL_EMPTY'],
  [/database (table )?is locked|SQL statements in progress/, 'SQL_BUSY'],
  [/database or disk is full/, 'SQL_FULL'],
  [/out of memory/, 'SQL_MEMORY'],
  [/database disk image is malformed|malformed database schema|file is not a database/, 'SQL_CORRUPT'],
  [/string or blob too big/, 'SQL_TOO_BIG'],
  [/disk I\/O error/, 'SQL_IO'],
];

/** SQLite quotes the value in these: it is cut off, and what was thrown is not kept as the cause. */
const QUOTES_VALUE = /^(bad JSON path|malformed MATCH expression|unknown tokenizer): .*/s;

/**
 * sql.js throws strings and errors that have a message only: this is the one place that turns them into typed errors.
 * What RAISE() says is free text, so `raises` tells whether the statement may run into one.
 */
export function sqlFailure(thrown: unknown, sql: string, raises = false): SqlError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [, quoting] = QUOTES_VALUE.exec(message) ?? [];
  if (quoting !== undefined) return new SqlError('SQL_OTHER', quoting, sql);
  const violated = constraintOf(message);
  if (violated) return new ConstraintError(message, sql, { ...violated, cause: thrown });
  const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'SQL_OTHER';
  if (code === 'SQL_OTHER' && raises) return new ConstraintError(message, sql, { kind: 'trigger', cause: thrown });
  return new SqlError(code, code === 'SQL_EMPTY' ? 'The SQL holds no statement: it is empty or a comment.' : message, sql, {
    cause: thrown,
  });
}

function constraintOf(message: string): { kind: ConstraintKind; table?: string; columns?: string[]; constraint?: string } | undefined {
  const columns = /^(UNIQUE|NOT NULL) constraint failed: (.+)$/s.exec(message);
  if (columns?.[2] !== undefined) return { kind: columns[1] === 'UNIQUE' ? 'unique' : 'not-null', ...columnsOf(columns[2]) };
  const check = /^CHECK constraint failed: (.+)$/s.exec(message);
  if (check?.[1] !== undefined) return { kind: 'check', constraint: check[1] };
  if (message.startsWith('FOREIGN KEY constraint failed')) return { kind: 'foreign-key' };
  const stored = /^cannot store \w+ value in \w+ column (.+)\.([^.]+)$/s.exec(message);
  if (stored?.[1] !== undefined && stored[2] !== undefined) return { kind: 'datatype', table: stored[1], columns: [stored[2]] };
  if (message.startsWith('datatype mismatch')) return { kind: 'datatype' };
  return undefined;
}

/** `tasks.id, tasks.name`, or `index 'name'` for an index on expressions. */
function columnsOf(list: string): { table?: string; columns?: string[]; constraint?: string } {
  const index = /^index '(.+)'$/s.exec(list);
  if (index?.[1] !== undefined) return { constraint: index[1] };
  const pairs = list.split(', ').map((pair) => pair.split('.'));
  const table = pairs[0]?.[0];
  const columns = pairs.map((pair) => pair.slice(1).join('.'));
  return table === undefined ? {} : { table, columns };
}
