import type { Difference } from './differences.js';
import { GENERATED } from './entry-text.js';
import type { Structure, StructureEntry } from './structure.js';

/** What a difference is judged by. */
export interface DriftContext {
  readonly found: Structure;
  readonly expected: Structure;
  /** Names, in lower case, of what is not of the chain and stays. */
  readonly taken: ReadonlySet<string>;
}

/**
 * Whether a difference is one that a repair may take away without deciding anything about rows.
 *
 * It may be a CHECK, a default, NOT NULL, a collation or a declared type; a UNIQUE, a foreign key, an index, a trigger or a view
 * that lacks; an index that is too much and not unique. It may not be a table or a column, a primary key or another option
 * of a table, a generated column; nor what somebody made to hold or to happen, and the chain does not: a uniqueness, a foreign
 * key, a trigger, a view. A unique index is not too much where the version has the same as UNIQUE or primary key, and the other way
 * round.
 */
export function isRepairable({ found, expected }: Difference, context: DriftContext): boolean {
  const entry = expected ?? found;
  if (!entry || (!found && context.taken.has(entry.name))) return false;
  switch (entry.kind) {
    case 'table':
      return false;
    case 'column':
      return found !== undefined && expected !== undefined && !isGenerated(found) && !isGenerated(expected);
    case 'check':
      return true;
    case 'unique':
    case 'index':
      return !found || !uniqueTermsOf(found) || holdsUnique(context.expected, found);
    case 'foreign key':
    case 'trigger':
    case 'view':
      return expected !== undefined;
  }
}

function isGenerated({ text }: StructureEntry): boolean {
  return text.startsWith(GENERATED);
}

/** `(a, b)` of a primary key, UNIQUE and a unique index; undefined of what is not unique. */
function uniqueTermsOf({ kind, name, text }: StructureEntry): string | undefined {
  if (kind === 'unique') return name;
  if (kind === 'table' && text.startsWith('primary key ')) return text.slice('primary key '.length, text.indexOf(')') + 1);
  return kind === 'index' && text.startsWith('unique ') ? text.slice('unique '.length) : undefined;
}

/** Whether a structure has the same uniqueness, by whatever means. */
function holdsUnique(structure: Structure, entry: StructureEntry): boolean {
  const terms = uniqueTermsOf(entry);
  return [...structure.values()].some((other) => other.table === entry.table && uniqueTermsOf(other) === terms);
}
