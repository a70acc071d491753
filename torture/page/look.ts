import type { Database } from '../../src/index.js';
import type { Fault, Found } from '../protocol.js';
import { bodyOf, isSameBytes } from './body.js';

interface JournalLine {
  readonly n: number;
  readonly id: number;
  readonly target: number | null;
  readonly parts: number;
  readonly bytes: number;
  readonly shape: number;
}

interface Part {
  readonly n: number;
  readonly part: number;
  readonly writtenBy: number;
  readonly body: Uint8Array;
  readonly shape: number;
}

/**
 * Checks everything that is in the database, in one turn, so that no other tab's commit comes in between. The journal says
 * what each write was: all of the parts have to be as if exactly the writes 1 to n had been made, one after the other.
 */
export function look(db: Database): Pick<Found, 'version' | 'n' | 'ids' | 'faults'> {
  const version = db.schemaVersion;
  const faults: Fault[] = [
    ...expectRows('integrity', db, 'PRAGMA integrity_check', [['ok']]),
    ...expectRows('integrity', db, 'PRAGMA foreign_key_check', []),
  ];
  const steps = version === 0 ? [] : [[`step_${version}`]];
  faults.push(...expectRows('schema', db, "SELECT name FROM sqlite_schema WHERE name LIKE 'step!_%' ESCAPE '!'", steps));
  if (version === 0) return { version, n: 0, ids: [], faults };
  faults.push(...expectRows('schema', db, `SELECT count(*), max(version) FROM step_${version}`, [[version, version]]));
  const { n, low } = db.get<{ n: number; low: number }>('SELECT n, low FROM counter') ?? { n: 0, low: 0 };
  const journal = db.all<JournalLine>('SELECT * FROM journal ORDER BY n');
  const torn = (what: string) => faults.push({ kind: 'torn', what });
  if (journal.length !== n - low || journal.some((line, index) => line.n !== low + 1 + index))
    torn(`the counter says writes ${low + 1} to ${n}, the journal has ${journal.length}, up to ${journal.at(-1)?.n}`);
  const parts = db.all<Part>('SELECT n, part, written_by AS writtenBy, body, shape FROM parts ORDER BY n, part');
  for (const what of tornParts(journal, parts)) torn(what);
  const misshapen = [...journal, ...parts].filter(({ shape }) => shape !== version);
  if (misshapen.length > 0) faults.push({ kind: 'schema', what: `${misshapen.length} rows of another version than ${version}` });
  return { version, n, ids: journal.map(({ n, id }) => [n, id] as const), faults };
}

/** What is wrong with the parts, by the journal. */
function tornParts(journal: readonly JournalLine[], parts: readonly Part[]): string[] {
  const partsByN = Map.groupBy(parts, ({ n }) => n);
  const writtenBy = new Map<number, number>();
  for (const { n, id, target } of journal) writtenBy.set(target ?? n, id);
  const lines = journal.flatMap(({ n, id, parts: count, bytes }) => {
    const mine = partsByN.get(n) ?? [];
    partsByN.delete(n);
    const stored = mine.reduce((sum, { body }) => sum + body.length, 0);
    const isWhole = mine.length === count && stored === bytes && mine.every(({ part }, index) => part === index);
    if (!isWhole) return [`write ${n} (id ${id}) has ${mine.length} of ${count} parts, ${stored} of ${bytes} bytes`];
    const by = writtenBy.get(n) ?? id;
    const isAsWritten = mine.every((part) => part.writtenBy === by && isSameBytes(part.body, bodyOf(by, part.part, part.body.length)));
    return isAsWritten ? [] : [`write ${n} (id ${id}) has parts other than those that ${by} wrote`];
  });
  return [...lines, ...[...partsByN.keys()].map((n) => `there are parts of a write ${n} that is not in the journal`)];
}

function expectRows(kind: Fault['kind'], db: Database, sql: string, expected: readonly (readonly unknown[])[]): Fault[] {
  const found = JSON.stringify(db.values(sql, [], 10));
  return found === JSON.stringify(expected) ? [] : [{ kind, what: `${sql}: ${found}` }];
}
