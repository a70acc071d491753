/** A chain of three files, of which the first `count` are what a build of the app knows. */
export function noteChain(count: number): readonly { name: string; sql: string }[] {
  return FILES.slice(0, count);
}

const FILES = [
  { name: 'v001_notes.sql', sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('first');" },
  { name: 'v002_colors.sql', sql: "ALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'white';" },
  { name: 'v003_tags.sql', sql: 'CREATE TABLE tags (note INTEGER REFERENCES notes (id), tag TEXT);' },
];

/** The SQL of a file of that version, as another program might make it. */
export function noteScript(version: number): string {
  return FILES.slice(0, version)
    .map(({ sql }) => sql)
    .join('\n');
}
