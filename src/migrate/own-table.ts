/** Where a database remembers which files made it. */
export const HISTORY_TABLE = 'tablite_history';

/** Where a database keeps the wrapped keys of its sealed values. */
export const KEYS_TABLE = 'tablite_keys';

/** The tables that Tablite keeps in a database for itself: they are no part of the schema of a chain. */
export const OWN_TABLES: readonly string[] = [HISTORY_TABLE, KEYS_TABLE];

/** The one CHECK that these tables are made with, as a schema's structure has it. */
export const OWN_CHECK: { readonly table: string; readonly text: string } = { table: KEYS_TABLE, text: '(id = 1)' };
