import { type Database, type Durability, openDatabase } from '../../src/index.js';
import { BarePut } from './bare-put.js';
import { backedMigrations, chains, longChain, reopenings } from './chain.js';
import { CREATE_NOTES, fillNotes, INSERT_NOTE, type Note, newNote, READ_NOTE } from './notes.js';
import { loadPlainSqlJs, type PlainDatabase } from './plain-sql-js.js';
import { type Samples, took } from './samples.js';

const NAME = 'bench';

let tablite: Database;
let plain: PlainDatabase;

/** Fills a database of that size and stores it. */
async function fill(megabytes: number): Promise<void> {
  const sqlJs = await loadPlainSqlJs();
  const source = new sqlJs.Database();
  // At version 1 of a chain whose first file makes the table.
  source.exec(`${CREATE_NOTES}${fillNotes(megabytes)}; PRAGMA user_version = 1`);
  const database = await openDatabase({ name: NAME });
  await database.import(source.export());
  await database.close();
}

/** Opens the stored database as a new page does: sql.js has to be loaded, the file to be read. */
async function open(): Promise<number> {
  return took(async () => {
    tablite = await openDatabase({ name: NAME });
    tablite.get(READ_NOTE, [1]);
  });
}

/** One-row inserts beside bare puts, one of each kind in turn. */
async function commits(count: number): Promise<Samples> {
  const bare = await BarePut.open();
  const samples: Samples = { 'insert relaxed': [], 'put relaxed': [], 'insert strict': [], 'put strict': [] };
  for (let n = 0; n < count; n++) {
    for (const durability of ['relaxed', 'strict'] as const) {
      const note = newNote();
      samples[`put ${durability}`]?.push(await took(() => bare.put(durability)));
      samples[`insert ${durability}`]?.push(await took(() => insert(note, durability)));
    }
  }
  return samples;
}

/** The same without anything in between: what the checkpoint costs falls on the inserts alone. Milliseconds for each batch. */
async function commitsInARow(batches: number, batch: number): Promise<Samples> {
  const bare = await BarePut.open();
  const samples: Samples = { insert: [], put: [] };
  for (let n = 0; n < batches; n++) {
    const notes = Array.from({ length: batch }, newNote);
    samples['put']?.push(
      await took(async () => {
        for (let i = 0; i < batch; i++) await bare.put('relaxed');
      }),
    );
    samples['insert']?.push(
      await took(async () => {
        for (const note of notes) await insert(note, 'relaxed');
      }),
    );
  }
  return samples;
}

function insert(note: Note, durability: Durability): Promise<unknown> {
  return tablite.run(INSERT_NOTE, note, { durability });
}

/** The plain database gets the same file. */
async function openPlain(): Promise<void> {
  const sqlJs = await loadPlainSqlJs();
  plain = new sqlJs.Database(await tablite.export());
}

/** Reads by random ids, a batch of each kind in turn. Milliseconds for each batch. */
async function pointReads(batches: number, batch: number): Promise<Samples> {
  const highest = Number(tablite.values('SELECT max(id) FROM notes')[0]?.[0]);
  const statement = plain.prepare(READ_NOTE);
  const samples: Samples = { tablite: [], plain: [] };
  let found = 0;
  for (let n = 0; n < batches; n++) {
    const ids = Array.from({ length: batch }, () => 1 + Math.floor(Math.random() * highest));
    samples['plain']?.push(
      await took(() => {
        for (const id of ids) {
          statement.bind([id]);
          statement.step();
          if (statement.getAsObject()['id'] === id) found++;
          statement.reset();
        }
      }),
    );
    samples['tablite']?.push(
      await took(() => {
        for (const id of ids) if (tablite.get(READ_NOTE, [id])?.['id'] === id) found++;
      }),
    );
  }
  statement.free();
  if (found !== 2 * batches * batch) throw new Error(`${found} rows were found of ${2 * batches * batch}`);
  return samples;
}

/** 10,000 rows in one transaction: in Tablite until they are stored, in plain sql.js in memory. */
async function bulkInserts(count: number, rows: number): Promise<Samples> {
  const samples: Samples = { tablite: [], plain: [] };
  for (let n = 0; n < count; n++) {
    const notes = Array.from({ length: rows }, newNote);
    samples['plain']?.push(
      await took(() => {
        plain.exec('BEGIN');
        const statement = plain.prepare(INSERT_NOTE);
        for (const note of notes) statement.run(note);
        statement.free();
        plain.exec('COMMIT');
      }),
    );
    samples['tablite']?.push(
      await took(() =>
        tablite.write((tx) => {
          for (const note of notes) tx.run(INSERT_NOTE, note);
        }),
      ),
    );
  }
  return samples;
}

Object.assign(window, {
  bench: { fill, open, commits, commitsInARow, openPlain, pointReads, bulkInserts, chains, reopenings, longChain, backedMigrations },
});
