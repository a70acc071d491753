import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The table that is measured: some 700 bytes a row, and an index that a new row goes anywhere into. */
export const CREATE_NOTES = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL);
  CREATE INDEX idx_notes_title ON notes (title);`;
/** The same table for Drizzle. */
export const notes = sqliteTable('notes', {
  id: integer().primaryKey(),
  title: text().notNull(),
  body: text().notNull(),
  created_at: integer().notNull(),
});

export const INSERT_NOTE = 'INSERT INTO notes (title, body, created_at) VALUES (?, ?, ?)';
export const READ_NOTE = 'SELECT id, title, body, created_at FROM notes WHERE id = ?';

const ROWS_PER_MEGABYTE = 1350;

/** Fills the table until the file has about so many megabytes. */
export function fillNotes(megabytes: number): string {
  return `
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes * ROWS_PER_MEGABYTE})
    INSERT INTO notes (title, body, created_at) SELECT hex(randomblob(10)), hex(randomblob(310)), i FROM n;`;
}

/** A row's title, body and created_at. */
export type Note = [string, string, number];

export function newNote(): Note {
  return [randomHex(10), randomHex(310), Date.now()];
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
