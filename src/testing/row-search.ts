import type { SqlValue } from '../engine/values.js';

/** Columns that are given values together, and the values to choose from, the ones to prefer first. */
export interface Slot {
  readonly columns: readonly string[];
  readonly choices: readonly (readonly SqlValue[])[];
}

/** What a row has to hold to, asked as soon as all of the columns have values. */
export interface Rule {
  readonly columns: readonly string[];
  readonly allows: (values: readonly SqlValue[]) => boolean;
}

/** A row with very many columns and rules is given up, not searched for hours. */
const MOST_QUESTIONS = 20_000;

/** The first row, in the order of the choices, that every rule allows; undefined when none was found. */
export function searchRow(slots: readonly Slot[], rules: readonly Rule[]): ReadonlyMap<string, SqlValue> | undefined {
  const row = new Map<string, SqlValue>();
  let questions = 0;
  const isAllowed = ({ columns, allows }: Rule) => {
    questions++;
    return allows(columns.map((column) => row.get(column) ?? null));
  };
  const place = (at: number): boolean => {
    const slot = slots[at];
    if (!slot) return true;
    const added = slot.columns.filter((column) => !row.has(column));
    const due = rules.filter(
      ({ columns }) =>
        columns.some((column) => added.includes(column)) && columns.every((column) => row.has(column) || added.includes(column)),
    );
    for (const choice of slot.choices) {
      if (questions > MOST_QUESTIONS) return false;
      if (!fits(row, slot.columns, choice)) continue;
      for (const [index, column] of slot.columns.entries()) row.set(column, choice[index] ?? null);
      if (due.every(isAllowed) && place(at + 1)) return true;
      for (const column of added) row.delete(column);
    }
    return false;
  };
  return place(0) ? row : undefined;
}

/** Two slots may share a column, as two foreign keys do: they have to agree on it. */
function fits(row: ReadonlyMap<string, SqlValue>, columns: readonly string[], choice: readonly SqlValue[]): boolean {
  return columns.every((column, index) => !row.has(column) || isSameValue(row.get(column) ?? null, choice[index] ?? null));
}

/** Whether two values are the same, their types included. */
export function isSameValue(a: SqlValue, b: SqlValue): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, at) => byte === b[at]);
  return Object.is(a, b) || (a === 0 && b === 0);
}
