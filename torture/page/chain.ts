import type { MigrationFile } from '../../src/index.js';

/** A write has a line in the journal, and parts with its bytes; `shape` is the version that the schema has. */
const FIRST = `
CREATE TABLE counter (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), n INTEGER NOT NULL, low INTEGER NOT NULL);
INSERT INTO counter VALUES (1, 0, 0);
CREATE TABLE journal (
  n INTEGER PRIMARY KEY,
  id INTEGER NOT NULL UNIQUE,
  target INTEGER,
  parts INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  shape INTEGER NOT NULL
);
CREATE TABLE parts (
  n INTEGER NOT NULL REFERENCES journal (n) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  written_by INTEGER NOT NULL,
  body BLOB NOT NULL,
  shape INTEGER NOT NULL,
  PRIMARY KEY (n, part)
);
CREATE INDEX idx_parts_written_by ON parts (written_by);
CREATE TABLE step_1 (version INTEGER NOT NULL);
INSERT INTO step_1 VALUES (1);
`;

/**
 * A chain of so many files. Each changes every row of the journal and the parts, and renames a table, so that a schema of one
 * version with rows of another is seen.
 */
export function chainOf(versions: number): MigrationFile[] {
  return Array.from({ length: versions }, (_, index) => {
    const version = index + 1;
    return { name: `v${String(version).padStart(3, '0')}_step.sql`, sql: version === 1 ? FIRST : nextStep(version) };
  });
}

function nextStep(version: number): string {
  return `
UPDATE journal SET shape = ${version};
UPDATE parts SET shape = ${version};
DROP INDEX idx_parts_written_by;
CREATE INDEX idx_parts_written_by ON parts (written_by${version % 2 === 0 ? ', part' : ''});
ALTER TABLE step_${version - 1} RENAME TO step_${version};
INSERT INTO step_${version} VALUES (${version});
`;
}
