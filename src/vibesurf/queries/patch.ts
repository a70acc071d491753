import { type SQL, sql } from 'drizzle-orm';

/** New values of some columns: only those that are given change. */
export type Patch<Values, Key extends keyof Values> = { readonly [Each in Key]?: Values[Each] | undefined };

/**
 * What an update sets `updated_at` to: the value that the table's trigger sets after it, since one statement has one time. RETURNING
 * shows a row as it is before that trigger, and so gives the true one.
 */
export const UPDATE_TIME: SQL = sql`CURRENT_TIMESTAMP`;

/** Those of the keys that have a value. Others that come along, in a whole row say, are left out. */
export function givenOf<Values extends object, Key extends keyof Values>(values: Values, keys: readonly Key[]): Pick<Values, Key> {
  const entries = keys.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]);
  // A key is left out only where it is undefined, which is what reading an absent key gives.
  return Object.fromEntries(entries) as Pick<Values, Key>;
}

/** Whether a patch gives nothing to change. */
export function isEmpty(values: object): boolean {
  return Object.values(values).every((value) => value === undefined);
}
