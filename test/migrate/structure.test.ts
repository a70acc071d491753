import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../../src/engine/token.js';
import { differences } from '../../src/migrate/differences.js';
import { fingerprint } from '../../src/migrate/fingerprint.js';
import { addToHistory } from '../../src/migrate/history.js';
import { readStructure } from '../../src/migrate/structure.js';
import { imageOf, openConnection } from '../engine/open-connection.js';
import { structureOf, vibesurfScripts, withDatabase } from './schemas.js';

const PARENTS = 'CREATE TABLE parents (a INTEGER, b TEXT, PRIMARY KEY (a, b));';
describe('a structure', () => {
  it('has an entry for everything that a schema says', () => {
    const structure = structureOf(
      PARENTS,
      `CREATE TABLE things (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         name TEXT NOT NULL COLLATE NOCASE DEFAULT 'none' UNIQUE ON CONFLICT REPLACE CHECK (length(name) < 9),
         parent INTEGER, tag TEXT,
         loud TEXT GENERATED ALWAYS AS (upper(name)) STORED,
         FOREIGN KEY (parent, tag) REFERENCES parents ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
       );
       CREATE UNIQUE INDEX things_loud ON things (lower(loud) DESC, tag COLLATE RTRIM) WHERE tag IS NOT NULL;
       CREATE TRIGGER things_change AFTER UPDATE OF name ON things WHEN NEW.name <> 'X' BEGIN DELETE FROM parents; END;
       CREATE VIEW names (n) AS SELECT name FROM things;
       CREATE TABLE pairs (k TEXT PRIMARY KEY, v INT) STRICT, WITHOUT ROWID;
       CREATE VIRTUAL TABLE words USING fts4(word);`,
    );
    expect([...structure.values()].map(({ kind, table, name, text }) => [kind, table, name, text].join(' | '))).toMatchInlineSnapshot(`
      [
        "table | parents | parents | primary key (a, b)",
        "column | parents | a | integer",
        "column | parents | b | text",
        "table | things | things | primary key (id) as rowid autoincrement",
        "column | things | id | integer",
        "column | things | name | text not null default 'none' collate nocase",
        "column | things | parent | integer",
        "column | things | tag | text",
        "column | things | loud | generated as (upper (name)) stored, text",
        "check | things | (length (name) < 9) | (length (name) < 9)",
        "unique | things | (name collate nocase) | (name collate nocase) on conflict replace",
        "foreign key | things | (parent, tag) references parents (a, b) on delete cascade deferrable initially deferred | (parent, tag) references parents (a, b) on delete cascade deferrable initially deferred",
        "index | things | things_loud | unique (lower (loud) desc, tag collate rtrim) where tag is not null",
        "trigger | things | things_change | after update of name on things when new.name <> 'X' begin delete from parents; end",
        "view | names | names | (n) as select name from things",
        "table | pairs | pairs | primary key (k), strict, without rowid",
        "column | pairs | k | text not null",
        "column | pairs | v | int",
        "table | words | words | virtual using fts4 (word)",
      ]
    `);
  });

  it('leaves out what is not of the schema: the history, what SQLite keeps for itself, the content of virtual tables', () => {
    const structure = withDatabase(
      ['CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX i ON t (id); ANALYZE; CREATE VIRTUAL TABLE w USING fts4(x);'],
      (connection) => {
        const migration = { version: 1, name: 'v001_t.sql', checksum: '0', load: () => Promise.reject() };
        addToHistory(connection, migration, { at: 0, durationMs: 1 });
        connection.script('CREATE INDEX history_name ON tablite_history (name)');
        return readStructure(connection);
      },
    );
    expect([...structure.keys()].map((key) => key.replaceAll('\n', ' '))).toEqual(['table t t', 'column t id', 'index t i', 'table w w']);
  });

  it('can be read where a view is broken and the module of a virtual table is missing', () => {
    const image = withDatabase(
      [
        'CREATE TABLE t (a); CREATE VIEW v AS SELECT * FROM gone; CREATE VIRTUAL TABLE w USING fts4(x)',
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'fts4', 'fts9') WHERE name = 'w'",
      ],
      imageOf,
    );
    const connection = openConnection(image);
    expect([...readStructure(connection).values()].map(({ text }) => text)).toContain('virtual using fts9 (x)');
    connection.close();
  });

  it('tells a thousand tables apart', () => {
    const scripts = Array.from({ length: 1000 }, (_, n) => `CREATE TABLE t${n} (id INTEGER PRIMARY KEY, a UNIQUE, b CHECK (b > ${n}));`);
    expect(structureOf(scripts.join('')).size).toBe(6000);
  });
});

describe('structures are equal', () => {
  const same: Record<string, [string, string]> = {
    'however they are written': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, "Name" VARCHAR(36) NOT NULL, [when] INT)',
      'create table IF NOT EXISTS "T"(ID integer primary key,/* who */name varchar ( 36 ) not null, "WHEN" int) -- end',
    ],
    'when a constraint stands at the column or at the table': [
      "CREATE TABLE t (a TEXT PRIMARY KEY, b UNIQUE, c CHECK (c <> ''), d REFERENCES t (a))",
      "CREATE TABLE t (a TEXT, b, c, d, CHECK (c<>''), FOREIGN KEY (d) REFERENCES t (a), UNIQUE (b), PRIMARY KEY (a))",
    ],
    'when constraints have names': [
      'CREATE TABLE t (a NOT NULL, b, UNIQUE (a), CHECK (b > 0))',
      'CREATE TABLE t (a CONSTRAINT must NOT NULL, b, CONSTRAINT one UNIQUE (a), CONSTRAINT up CHECK (b > 0))',
    ],
    'when a column was added later': [
      "CREATE TABLE t (a, b TEXT DEFAULT 'x' CHECK (b <> ''), c, UNIQUE (a))",
      "CREATE TABLE t (a, c, UNIQUE (a)); ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x' CHECK (b <> '')",
    ],
    'when a table was renamed to its name': [
      'CREATE TABLE t (a PRIMARY KEY, b REFERENCES t, CHECK (t.a > 0)); CREATE INDEX i ON t (a)',
      'CREATE TABLE s (a PRIMARY KEY, b REFERENCES s, CHECK (s.a > 0)); CREATE INDEX i ON s (a); ALTER TABLE s RENAME TO t',
    ],
    'when what SQLite does anyway is said': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON t (a, lower(b)); CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT 1; END',
      'CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, a DEFAULT NULL COLLATE binary, b); CREATE INDEX i ON t (a ASC, lower(b) ASC); CREATE TRIGGER r DELETE ON t FOR EACH ROW BEGIN SELECT 1; END',
    ],
    'when a parent key is named or meant': [
      `${PARENTS} CREATE TABLE t (x, y, FOREIGN KEY (x, y) REFERENCES parents)`,
      `${PARENTS} CREATE TABLE t (x, y, FOREIGN KEY (x, y) REFERENCES parents (a, b) ON DELETE NO ACTION NOT DEFERRABLE INITIALLY DEFERRED)`,
    ],
    'when a default or a check has parentheses': [
      'CREATE TABLE t (a DEFAULT 1, b DEFAULT yes, CHECK (a > 0))',
      "CREATE TABLE t (a DEFAULT (1), b DEFAULT 'yes', CHECK (((a > 0))))",
    ],
    'when columns are named like keywords': [
      'CREATE TABLE t ("check" INT, "unique" TEXT COLLATE NOCASE, "primary" INT, CHECK ("check" > 0))',
      'CREATE TABLE t ("check" INT, [UNIQUE] TEXT COLLATE "nocase", `primary` INT, CHECK ([check] > 0))',
    ],
    'when triggers and views are written otherwise': [
      'CREATE TABLE t (a, b); CREATE TRIGGER r AFTER UPDATE ON t BEGIN UPDATE t SET b = CASE WHEN a THEN 1 END; END; CREATE VIEW v AS SELECT a FROM t',
      'CREATE TABLE t (a, b); CREATE TRIGGER IF NOT EXISTS main."R" after update on T for each row begin update "t" set b=case when A then 1 end; end; CREATE VIEW main.v AS SELECT "a" FROM t -- all',
    ],
  };
  for (const [name, [a, b]] of Object.entries(same)) {
    it(name, () => {
      expect(differences(structureOf(b), structureOf(a))).toEqual([]);
      expect(fingerprint(structureOf(b))).toBe(fingerprint(structureOf(a)));
    });
  }

  it('when every token of a chain is spaced, cased, quoted and commented by chance', () => {
    const expected = structureOf(...vibesurfScripts);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        let state = seed;
        const next = (count: number) => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return (state >>> 16) % count;
        };
        expect(differences(structureOf(...vibesurfScripts.map((sql) => rewritten(sql, next))), expected)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

/** The same SQL, written otherwise. */
function rewritten(sql: string, next: (count: number) => number): string {
  const gaps = [' ', '\n', '\t /* ; */ ', ' -- it is\n'];
  const texts = tokenize(sql).tokens.map(({ kind, start, end }) => {
    const text = sql.slice(start, end);
    if (kind !== 'word') return text;
    const isName = text.includes('_') && text === text.toLowerCase();
    const cased = next(2) === 0 ? text.toLowerCase() : text.toUpperCase();
    const quote = isName ? (['"', '`', ''][next(3)] ?? '') : '';
    return quote + cased + quote;
  });
  // A line comment at the very end of ALTER TABLE is more than SQLite can take.
  return texts.map((text, at) => text + gaps[next(texts[at + 1] === ';' ? 3 : 4)]).join('');
}

describe('a fingerprint', () => {
  it('is the same for a chain as ever', () => {
    const all = vibesurfScripts.map((_, at) => fingerprint(structureOf(...vibesurfScripts.slice(0, at + 1))));
    expect(all).toMatchInlineSnapshot(`
      [
        "62eb9649c4cd4e1c",
        "17161692704e7f7f",
        "17161692704e7f7f",
        "9699f459bd87865a",
        "a04f9ef0b2d79451",
        "c3cd749de7ca6437",
        "bb16214e0b46efb8",
        "5a19076bc5302929",
      ]
    `);
  });

  it('does not depend on the order in which things were created', () => {
    const [a, b] = ['CREATE TABLE a (x, y);', 'CREATE TABLE b (z);'];
    expect(fingerprint(structureOf(a, b))).toBe(fingerprint(structureOf(b, a)));
    expect(fingerprint(structureOf('CREATE TABLE a (y, x);', b))).toBe(fingerprint(structureOf(a, b)));
  });
});
