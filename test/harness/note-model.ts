import type { SqlValue } from '../../src/index.js';

/** The chain of the histories: version 2 adds a column, and a trigger that counts. */
export const NOTE_CHAIN: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'v001_notes.sql',
    sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL); CREATE INDEX bodies ON notes (body);',
  },
  {
    name: 'v002_colors.sql',
    sql: `ALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'white'; CREATE TABLE counts (n INTEGER); INSERT INTO counts VALUES (0);
      CREATE TRIGGER counting AFTER INSERT ON notes BEGIN UPDATE counts SET n = n + 1; END;`,
  },
];

/** What a database of the chain holds, as a model. */
export interface NoteState {
  readonly version: number;
  readonly bodyById: ReadonlyMap<number, string>;
}

/** What one write does to the rows: the new body of each, undefined where it is deleted. */
export type NoteChange = ReadonlyMap<number, string | undefined>;

export function changed({ version, bodyById }: NoteState, change: NoteChange): NoteState {
  const after = new Map(bodyById);
  for (const [id, body] of change) {
    if (body === undefined) after.delete(id);
    else after.set(id, body);
  }
  return { version, bodyById: after };
}

/** Whether the rows that a change touches are as it leaves them. */
export function shows({ bodyById }: NoteState, change: NoteChange): boolean {
  return [...change].every(([id, body]) => bodyById.get(id) === body);
}

export function isSameState(a: NoteState, b: NoteState): boolean {
  return a.version === b.version && a.bodyById.size === b.bodyById.size && shows(a, b.bodyById);
}

/** The state that a query reads. */
export function readState(query: (sql: string) => readonly (readonly (SqlValue | unknown)[])[]): NoteState {
  return {
    version: Number(query('PRAGMA user_version')[0]?.[0]),
    bodyById: new Map(query('SELECT id, body FROM notes').map(([id, body]) => [Number(id), String(body)])),
  };
}
