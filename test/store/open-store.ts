import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import type { BackupNote } from '../../src/store/backup.js';
import { CommitLog } from '../../src/store/commit-log.js';
import { type Environment, platformEnvironment } from '../../src/store/environment.js';
import { StatusBoard } from '../../src/store/status.js';
import { Store } from '../../src/store/store.js';
import { Witness } from '../../src/store/witness.js';
import { engine } from '../engine/open-connection.js';
import { noChannels } from './fakes.js';

export interface StoreOptions {
  readonly environment?: Partial<Environment>;
  /** The newest schema version that the code knows. */
  readonly known?: number;
}

/** A tab over a storage: a store, with no chain and no database above it. */
export async function openStore(storage: Storage = memoryStorage(), { environment, known }: StoreOptions = {}): Promise<Store> {
  const platform = platformEnvironment(() => Promise.resolve(engine));
  const whole = { ...platform, witnessStorage: undefined, openChannel: noChannels, ...environment };
  const log = new CommitLog({ storage, clock: whole.clock, newId: () => `store of ${storage.name}` });
  const image = (await log.load()) ?? (await log.create(engine.emptyImage));
  const status = new StatusBoard(storage.kind, () => whole.clock.now());
  const witness = new Witness(storage.name, whole);
  return new Store({ engine, log, environment: whole, status, witness, known }, image);
}

/** Runs SQL as one commit that keeps a backup of the state before it. */
export function backedStep(store: Store, sql: string, note?: Partial<BackupNote>): Promise<void> {
  const { userVersion } = store.connection.header;
  const backup = (): BackupNote => ({ reason: 'migration', schemaVersion: userVersion, ...note });
  return store.steps('strict', async (connection) => void connection.script(sql), { backup });
}

export function run(store: Store, sql: string): Promise<unknown> {
  return store.write((tx) => tx.run(sql), 'relaxed');
}

/** Every row of every table, and the schema: what a restore has to bring back. */
export function rowsOf(store: Store): unknown {
  const { connection } = store;
  const schema = connection.script('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name');
  const tables = schema.filter(([type]) => type === 'table').map(([, name]) => String(name));
  const sums = tables.map((table) => [table, sumOfRows(connection.script(`SELECT rowid, * FROM "${table}" ORDER BY rowid`))]);
  return { schema, sums, version: connection.script('PRAGMA user_version') };
}

function sumOfRows(rows: unknown[][]): string {
  const sums = rows.map((row) => row.map((value) => (value instanceof Uint8Array ? `blob ${checksum(value)}` : String(value))));
  return `${rows.length} rows, ${checksum(new TextEncoder().encode(JSON.stringify(sums)))}`;
}

/** The schema of a store that was begun. */
export const NOTES = 'CREATE TABLE notes (body); PRAGMA user_version = 1';

/** A store at schema version 1, with one row. */
export async function begun(opening: Promise<Store> = openStore()): Promise<Store> {
  const store = await opening;
  await store.steps('strict', async (connection) => void connection.script(NOTES));
  await run(store, "INSERT INTO notes VALUES ('first')");
  return store;
}

/** The id of the newest backup; empty where there is none. */
export async function newest(store: Store): Promise<string> {
  return (await store.backups())[0]?.id ?? '';
}
