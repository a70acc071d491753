import type { Structure, StructureEntry } from './structure.js';

/** What one structure has in another way than another: `found` is undefined of what lacks, `expected` of what is too much. */
export interface Difference {
  readonly found: StructureEntry | undefined;
  readonly expected: StructureEntry | undefined;
}

/** The differences entry by entry, in the order of the tables. A table that one of them lacks counts once, as a whole. */
export function compareStructures(found: Structure, expected: Structure): Difference[] {
  const differences: Difference[] = [];
  for (const [key, entry] of expected) {
    const present = found.get(key);
    if (present?.text !== entry.text && !isOfMissing(entry, found)) differences.push({ found: present, expected: entry });
  }
  for (const [key, entry] of found)
    if (!expected.has(key) && !isOfMissing(entry, expected)) differences.push({ found: entry, expected: undefined });
  const order = ({ found, expected }: Difference) => (expected ?? found)?.table ?? '';
  return differences.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
}

/**
 * What is different, in readable lines; none when the structures are equal.
 *
 * `tasks lacks CHECK (status in ('pending', 'running'))`, `tasks.agent_mode is varchar(50) not null, expected varchar(50)
 * default 'thinking'`, `index idx_tasks is not expected`.
 */
export function differences(found: Structure, expected: Structure): string[] {
  return compareStructures(found, expected).map(describeDifference);
}

/** One difference as a readable line. */
export function describeDifference({ found, expected }: Difference): string {
  if (expected && found) return changed(found, expected);
  if (expected) return missing(expected);
  return found ? `${labelOf(found)} is not expected` : '';
}

function changed(found: StructureEntry, expected: StructureEntry): string {
  const { kind } = expected;
  if (kind === 'trigger' || kind === 'view') return `${labelOf(expected)} does something else than expected`;
  return `${labelOf(expected)} is ${found.text}, expected ${expected.text}`;
}

function missing(entry: StructureEntry): string {
  const { kind, table, name, text } = entry;
  if (kind === 'column') return `${table} lacks column ${name}`;
  if (kind === 'check' || kind === 'unique' || kind === 'foreign key') return `${table} lacks ${kind.toUpperCase()} ${text}`;
  return `${labelOf(entry)}${kind === 'index' ? `, ${text},` : ''} is missing`;
}

/** What a reader calls an entry: `trigger touch on notes`. */
export function labelOf({ kind, table, name }: StructureEntry): string {
  if (kind === 'table' || kind === 'view') return `${kind} ${name}`;
  if (kind === 'column') return `${table}.${name}`;
  if (kind === 'index' || kind === 'trigger') return `${kind} ${name} on ${table}`;
  return `${kind.toUpperCase()} ${name} of ${table}`;
}

/** Whether an entry goes with a table or view that the other structure has not at all. */
function isOfMissing({ kind, table }: StructureEntry, other: Structure): boolean {
  if (kind === 'table' || kind === 'view') return false;
  return !other.has(`table\n${table}\n${table}`) && !other.has(`view\n${table}\n${table}`);
}
