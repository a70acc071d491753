import { loadEngine } from '../../src/engine/engine.js';
import { wasmUrl } from '../../src/engine/wasm-url.js';
import { type MigrationReference, memoryStorage, openDatabase, type StepProgress } from '../../src/index.js';
import { readChain } from '../../src/migrate/chain.js';
import { planUpgrade } from '../../src/migrate/plan.js';
import { readStanding, runPlan } from '../../src/migrate/run.js';
import { CREATE_NOTES } from './notes.js';
import { loadPlainSqlJs, type PlainDatabase } from './plain-sql-js.js';
import { type Samples, took } from './samples.js';

const chain = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

/** The chain of /migrations on a new database. */
export async function chains(count: number): Promise<Samples> {
  const sqlJs = await loadPlainSqlJs();
  const engine = await loadEngine(wasmUrl);
  const samples: Samples = {
    plain: [],
    'run, not stored': [],
    'in memory': [],
    'in memory, no chain': [],
    'in IndexedDB': [],
    'in IndexedDB, no chain': [],
  };
  const openNew = (kind: string, options: Partial<Parameters<typeof openDatabase>[0]>) => async () => {
    const name = crypto.randomUUID();
    const opening = () => openDatabase({ name, ...(kind.includes('memory') && { storage: memoryStorage(name) }), ...options });
    let database: Awaited<ReturnType<typeof openDatabase>> | undefined;
    samples[kind]?.push(
      await took(async () => {
        database = await opening();
      }),
    );
    await database?.close();
  };
  const sides = [
    openNew('in memory', { migrations: chain }),
    openNew('in memory, no chain', {}),
    openNew('in IndexedDB', { migrations: chain }),
    openNew('in IndexedDB, no chain', {}),
  ];
  for (let n = 0; n < count; n++) {
    const database = new sqlJs.Database();
    samples['plain']?.push(await took(() => runPlain(database, Object.keys(chain).sort())));
    database.close();
    const connection = engine.open(engine.emptyImage);
    samples['run, not stored']?.push(
      await took(() => runPlan(connection, planUpgrade(readChain(chain), readStanding(connection)), { now: Date.now })),
    );
    connection.close();
    for (const measure of sides) await measure();
  }
  return samples;
}

/** Opening a database that is at the head: with the texts at hand, with texts that would be loaded, and without a chain. */
export async function reopenings(count: number): Promise<{ samples: Samples; read: number }> {
  const name = crypto.randomUUID();
  let read = 0;
  const lazy: MigrationReference[] = readChain(chain).map(({ name, checksum }) => ({
    name,
    checksum,
    load: async () => {
      read++;
      return chain[`/migrations/${name}`] ?? '';
    },
  }));
  const samples: Samples = { 'texts at hand': [], 'loaded when needed': [], 'no chain': [] };
  await (await openDatabase({ name, migrations: chain })).close();
  for (let n = 0; n < count; n++) {
    for (const [kind, migrations] of [
      ['texts at hand', chain],
      ['loaded when needed', lazy],
      ['no chain', {}],
    ] as const) {
      const open = async () => (await openDatabase({ name, migrations })).close();
      samples[kind]?.push(await took(open));
    }
  }
  return { samples, read };
}

/** A chain of many migrations of one small table each, in IndexedDB, beside the same SQL through plain sql.js. */
export async function longChain(migrations: number): Promise<Record<string, number>> {
  const sqlJs = await loadPlainSqlJs();
  const files = Array.from({ length: migrations }, (_, n) => ({
    name: `v${String(n + 1).padStart(3, '0')}_table.sql`,
    sql: `CREATE TABLE table_${n} (id INTEGER PRIMARY KEY, text TEXT NOT NULL DEFAULT '');`,
  }));
  const plain = new sqlJs.Database();
  const plainMs = await took(() => {
    for (const { sql } of files) plain.exec(sql);
  });
  plain.close();
  const manual = await openDatabase({ name: crypto.randomUUID(), migrations: files, upgrade: 'manual' });
  const plan = await took(() => manual.plan());
  await manual.close();
  let events = 0;
  const onProgress = (progress: { phase: string } & Partial<StepProgress>) => {
    if (progress.phase === 'migrating') events++;
  };
  const name = crypto.randomUUID();
  const run = await took(async () => (await openDatabase({ name, migrations: files, onProgress })).close());
  return { migrations, plan, run, events, plain: plainMs };
}

/** Migrations of one small table each, with the backup that each keeps, beside strict writes of the same SQL, on a stored database. */
export async function backedMigrations(name: string, count: number): Promise<Samples> {
  const table = (n: number) => `CREATE TABLE ${n % 2 === 0 ? 'even' : 'odd'}_${n} (id INTEGER PRIMARY KEY, text TEXT)`;
  const files = Array.from({ length: count }, (_, n) => ({ name: `v${String(n + 2).padStart(3, '0')}_table.sql`, sql: table(2 * n) }));
  const migrations = [{ name: 'v001_notes.sql', sql: CREATE_NOTES }, ...files];
  const database = await openDatabase({ name, migrations, upgrade: 'manual' });
  const samples: Samples = { migration: [], write: [] };
  for (let n = 0; n < count; n++) {
    samples['write']?.push(await took(() => database.run(table(2 * n + 1), [], { durability: 'strict' })));
    samples['migration']?.push(await took(() => database.migrate({ to: n + 2 })));
  }
  if ((await database.backups()).length !== 3) throw new Error('expected three backups');
  await database.close();
  return samples;
}

function runPlain(database: PlainDatabase, paths: readonly string[]): void {
  for (const path of paths) database.exec(chain[path] ?? '');
}
