import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage, TabliteError } from '../../src/index.js';
import { noChannels } from '../store/fakes.js';
import { noteChain, noteScript } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { digestOfExport, fileOf } from './sqlite-file.js';

const RUNS = 400 * Number(globalThis.process?.env['TABLITE_RUNS'] ?? 1);

const ROWS = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 60)
  INSERT INTO notes (text) SELECT printf('%*c', i * 7, 'x') FROM n`;
const BLOB = 'INSERT INTO notes (text) VALUES (hex(zeroblob(3000)))';
const SEEDS = [
  fileOf(`${noteScript(1)}; PRAGMA user_version = 1`),
  fileOf(
    `PRAGMA page_size = 512; ${noteScript(2)}; ${ROWS}; ${BLOB}; CREATE INDEX i ON notes (text); DELETE FROM notes WHERE id % 3 = 0; PRAGMA user_version = 2`,
  ),
  fileOf(`PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL; ${noteScript(2)}; ${ROWS}; PRAGMA user_version = 2`),
  fileOf(`PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 512; ${noteScript(2)}; ${BLOB}`),
  fileOf(`PRAGMA page_size = 512; ${noteScript(1)}; CREATE TABLE w (a, b, c UNIQUE, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO w VALUES (1, 2, 3);
    CREATE TRIGGER t AFTER UPDATE ON notes BEGIN DELETE FROM w; END; CREATE VIEW v AS SELECT * FROM w; CREATE VIRTUAL TABLE f USING fts4(x);
    INSERT INTO f VALUES ('some words'); PRAGMA user_version = 1`),
];

/** One change of a file: a byte, a copy of a page over another, or an end that comes early. */
type Mutation = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
// Of the header little, or nothing else is ever reached.
const place = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: 16, max: 99 }) },
  { weight: 8, arbitrary: fc.integer({ min: 100, max: 2000 }) },
  { weight: 8, arbitrary: fc.integer({ min: 100, max: 2 ** 20 }) },
);
const interesting = fc.oneof(fc.constantFrom(0, 1, 2, 5, 10, 13, 127, 128, 255), fc.nat(255));
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(place, interesting).map(
      ([at, value]): Mutation =>
        (bytes) =>
          bytes.fill(value, at % bytes.length, (at % bytes.length) + 1),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(40), fc.nat(40)).map(
      ([from, to]): Mutation =>
        (bytes) => {
          const pages = bytes.length / 512;
          return bytes.copyWithin((to % pages) * 512, (from % pages) * 512, ((from % pages) + 1) * 512);
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(40).map(
      (pages): Mutation =>
        (bytes) =>
          bytes.slice(0, Math.max(512, bytes.length - pages * 512)),
    ),
  },
);

describe('an import of a file with a few bytes changed', () => {
  it('succeeds, or is refused with a typed error and leaves the database as it was', { timeout: 600_000 }, async () => {
    const outcomes = new Map<string, number>();
    const database = await openTestDatabase(memoryStorage(), { migrations: noteChain(2), environment: { openChannel: noChannels } });
    const seed = fc.nat(SEEDS.length - 1);
    const foreignObjects = fc.constantFrom('refuse' as const, 'drop' as const, 'keep' as const);
    await fc.assert(
      fc.asyncProperty(seed, foreignObjects, fc.array(mutation, { minLength: 1, maxLength: 6 }), async (at, foreignObjects, mutations) => {
        const file = mutations.reduce((bytes, change) => change(bytes), new Uint8Array(SEEDS[at] ?? []));
        const before = await digestOfExport(database);
        const thrown = await database.import(file, { foreignObjects }).catch((error: unknown) => error ?? 'nothing');
        const outcome = thrown instanceof TabliteError ? thrown.code : thrown === undefined ? 'imported' : String(thrown);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (thrown === undefined) {
          expect(database.values('PRAGMA quick_check')).toEqual([['ok']]);
          return;
        }
        expect(thrown).toBeInstanceOf(TabliteError);
        expect(await digestOfExport(database)).toBe(before);
      }),
      { numRuns: RUNS },
    );
    await database.run("INSERT INTO notes (text) VALUES ('after')");
    // It would prove nothing if every file were refused at once, or none.
    for (const outcome of ['imported', 'IMPORT_DAMAGED', 'IMPORT_TRUNCATED', 'IMPORT_FOREIGN'])
      expect(outcomes.get(outcome) ?? 0).toBeGreaterThan(0);
  });
});
