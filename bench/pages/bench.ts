import { eq, sql } from 'drizzle-orm';
import { drizzle } from '../../src/drizzle.js';
import { type Database, type Durability, openDatabase } from '../../src/index.js';
import { BarePut } from './bare-put.js';
import { backedMigrations, chains, longChain, reopenings } from './chain.js';
import { mirrorCosts } from './mirror.js';
import { CREATE_NOTES, fillNotes, INSERT_NOTE, type Note, newNote, notes, READ_NOTE } from './notes.js';
import { loadPlainSqlJs, type PlainDatabase, type PlainStatement } from './plain-sql-js.js';
import { type Samples, took } from './samples.js';

const NAME = 'bench';

let tablite: Database;
let plain: PlainDatabase;
/** The same file, in the mode that Tablite's own connection has. */
let exclusive: PlainDatabase;

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

/** One-row inserts in an asynchronous transaction beside those in a write, one of each kind in turn. */
async function transactions(count: number): Promise<Samples> {
  const samples: Samples = { transaction: [], write: [] };
  for (let n = 0; n < count; n++) {
    const [first, second] = [newNote(), newNote()];
    samples['write']?.push(await took(() => insert(first, 'relaxed')));
    samples['transaction']?.push(await took(() => tablite.transaction(async (tx) => tx.run(INSERT_NOTE, second))));
  }
  return samples;
}

function insert(note: Note, durability: Durability): Promise<unknown> {
  return tablite.run(INSERT_NOTE, note, { durability });
}

/** The plain database gets the same file. */
async function openPlain(): Promise<void> {
  const sqlJs = await loadPlainSqlJs();
  const file = await tablite.export();
  plain = new sqlJs.Database(file);
  exclusive = new sqlJs.Database(file);
  exclusive.exec('PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema');
}

/** Reads by random ids, a batch of each kind in turn. Milliseconds for each batch. */
async function pointReads(batches: number, batch: number): Promise<Samples> {
  const highest = Number(tablite.values('SELECT max(id) FROM notes')[0]?.[0]);
  const db = drizzle(tablite);
  const prepared = db
    .select()
    .from(notes)
    .where(eq(notes.id, sql.placeholder('id')))
    .prepare();
  const statements = [plain.prepare(READ_NOTE), exclusive.prepare(READ_NOTE)] as const;
  const readers: Readonly<Record<string, (id: number) => unknown>> = {
    plain: (id) => readPlain(statements[0], id),
    exclusive: (id) => readPlain(statements[1], id),
    tablite: (id) => tablite.get(READ_NOTE, [id])?.['id'],
    'Drizzle, prepared': (id) => prepared.get({ id })?.id,
    Drizzle: (id) => db.select().from(notes).where(eq(notes.id, id)).get()?.id,
  };
  const samples: Samples = Object.fromEntries(Object.keys(readers).map((kind) => [kind, []]));
  for (let n = 0; n < batches; n++) {
    const ids = Array.from({ length: batch }, () => 1 + Math.floor(Math.random() * highest));
    for (const [kind, read] of Object.entries(readers)) {
      samples[kind]?.push(
        await took(() => {
          for (const id of ids) if (read(id) !== id) throw new Error(`${kind} did not find row ${id}`);
        }),
      );
    }
  }
  for (const statement of statements) statement.free();
  return samples;
}

function readPlain(statement: PlainStatement, id: number): unknown {
  statement.bind([id]);
  statement.step();
  const row = statement.getAsObject();
  statement.reset();
  return row['id'];
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
  bench: {
    fill,
    open,
    commits,
    commitsInARow,
    transactions,
    openPlain,
    pointReads,
    bulkInserts,
    chains,
    reopenings,
    longChain,
    backedMigrations,
    mirrorCosts,
  },
});
