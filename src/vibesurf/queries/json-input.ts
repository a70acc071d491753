import type { InvalidJson } from '../../drizzle/columns/invalid-json.js';

/**
 * A row to write whose JSON columns take what their shapes take: defaults need not be given. It is for the columns to bring that
 * into the shape.
 */
export type WithJsonInput<Row, Json extends { readonly [Key in keyof Row]?: unknown }> = Omit<Row, keyof Json> & {
  readonly [Key in keyof Json]: Json[Key] | InvalidJson;
};

/** Drizzle has one type for what a column takes and for what it gives: here it is told that the column takes more. */
export function asColumnsTake<Row>(input: { readonly [Key in keyof Row]?: unknown }): Row {
  return input as Row;
}
