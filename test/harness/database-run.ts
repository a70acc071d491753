import { type AsyncTransaction, ConflictError, type Database, type Transaction } from '../../src/index.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { fileOf } from '../database/sqlite-file.js';
import { fakeChannels } from '../store/fakes.js';
import { eagerClock } from './eager-clock.js';
import { foldStorage } from './fold-storage.js';
import { changed, NOTE_CHAIN, type NoteChange, type NoteState } from './note-model.js';
import { flushedOf, type RecordedStorage } from './recorded-storage.js';

/** One write of a burst. */
export interface WriteAct {
  readonly tab: number;
  readonly does: 'insert' | 'update' | 'delete' | 'fail';
  readonly size: number;
  readonly isAsync: boolean;
  readonly isStrict: boolean;
}

/** Writes that are all under way at once, or something that is done alone; `fold` goes on beside a burst. */
export type DatabaseStep =
  | { readonly writes: readonly WriteAct[]; readonly folds: boolean }
  | {
      readonly alone: 'migrate' | 'restore' | 'import' | 'vacuum' | 'delete backup' | 'fold' | 'reopen';
      readonly tab: number;
      readonly at: number;
    };

export interface DatabasePlan {
  readonly pageSize: number;
  readonly steps: readonly DatabaseStep[];
}

/** A change that was asked for. */
interface Asked {
  readonly change: NoteChange;
  readonly isStrict: boolean;
  /** The batches that no crash, or no power cut, may take any more; infinite while it is not acknowledged. */
  needed: number;
  isRejected: boolean;
}

/** A stretch of a history: from `before`, kept with so many batches, to `after`. */
export interface Stretch {
  readonly from: number;
  readonly before: NoteState;
  readonly asked: readonly Asked[];
  readonly after: NoteState;
  /** The batches after which `before` may not show any more. */
  readonly needed: number;
  readonly backupIds: readonly string[];
}

/** What is strict whatever was asked for. */
const STRICT: ReadonlySet<string> = new Set(['migrate', 'restore', 'import', 'vacuum']);

/** A history of a database in three tabs, and a model of what it holds at each moment. */
export class DatabaseRun {
  readonly storage: RecordedStorage;
  readonly stretches: Stretch[] = [];
  /** What was acknowledged as strict while a power cut could still take it. */
  readonly lax: string[] = [];
  /** What each backup was made of. */
  readonly stateByBackup = new Map<string, NoteState>();
  readonly #environment = { clock: eagerClock, openChannel: fakeChannels(), witnessStorage: undefined, persist: undefined };
  #tabs: Database[] = [];
  #state: NoteState = { version: 1, bodyById: new Map() };
  #ids = 0;

  constructor(storage: RecordedStorage) {
    this.storage = storage;
  }

  async play({ pageSize, steps }: DatabasePlan): Promise<this> {
    // By older code, so that there is something to migrate.
    const first = await this.#open(NOTE_CHAIN.slice(0, 1));
    await first.import(fileOf(`PRAGMA page_size = ${pageSize}; ${NOTE_CHAIN[0]?.sql} PRAGMA user_version = 1`));
    await first.close();
    this.#tabs = [await this.#open(), await this.#open(), await this.#open()];
    for (const step of steps) await this.#take(step);
    await this.#note(this.storage.kept.length, this.#state, [], Infinity);
    await Promise.all(this.#tabs.map((tab) => tab.close()));
    return this;
  }

  async #take(step: DatabaseStep): Promise<void> {
    const [from, before] = [this.storage.kept.length, this.#state];
    if ('writes' in step) {
      const asked = step.writes.map((write) => this.#ask(write, before));
      const folding = step.folds ? foldStorage(this.storage, eagerClock, 1) : undefined;
      const writing = step.writes.map((write, at) => this.#write(write, asked[at] as Asked, from));
      await Promise.all([folding, ...writing]);
      for (const { change, isRejected } of asked) if (!isRejected) this.#state = changed(this.#state, change);
      await this.#note(from, before, asked, Infinity);
    } else {
      await Promise.all(this.#tabs.map((tab) => tab.refresh()));
      await this.#alone(step);
      const { kept } = this.storage;
      if (STRICT.has(step.alone) && kept.length > from) this.#expectFlushed(step.alone, from);
      await this.#note(from, before, [], kept.length);
    }
  }

  async #alone({ alone, tab: which, at }: Extract<DatabaseStep, { alone: unknown }>): Promise<void> {
    const tab = this.#tabs[which] as Database;
    const { version, bodyById } = this.#state;
    const backups = await tab.backups();
    const chosen = backups[at % Math.max(1, backups.length)]?.id;
    if (alone === 'migrate') {
      await tab.migrate();
      this.#state = { version: 2, bodyById };
    } else if (alone === 'import') {
      const rows = at % 2 === 1 ? [] : [[this.#nextId, `imported ${'x'.repeat(at)}`] as const];
      const values = rows.map(([id, body]) => `INSERT INTO notes VALUES (${id}, '${body}');`).join('');
      await tab.import(fileOf(`PRAGMA page_size = ${at}; ${NOTE_CHAIN[0]?.sql} ${values} PRAGMA user_version = 1`));
      this.#state = { version: 2, bodyById: new Map(rows) };
    } else if (alone === 'vacuum') await tab.vacuum();
    else if (alone === 'fold') await foldStorage(this.storage, eagerClock);
    else if (alone === 'reopen') this.#tabs[which] = await this.#open();
    else if (chosen === undefined) return;
    else if (alone === 'restore') {
      await tab.restore(chosen);
      this.#state = this.stateByBackup.get(chosen) ?? this.#state;
    } else await tab.deleteBackup(chosen);
    const [newest] = await tab.backups();
    if (newest && !this.stateByBackup.has(newest.id)) this.stateByBackup.set(newest.id, { version, bodyById });
  }

  /** What a write is to change: two rows, which no other write of the burst touches. */
  #ask({ does, size, isStrict }: WriteAct, { bodyById }: NoteState): Asked {
    const old = [...bodyById.keys()].filter((id) => !this.#taken.has(id)).slice(0, 2);
    const ids = does === 'update' || does === 'delete' ? old : [this.#nextId, this.#nextId];
    for (const id of ids) this.#taken.add(id);
    const change = new Map(ids.map((id) => [id, does === 'delete' ? undefined : `${id} ${this.#nextId} ${'x'.repeat(size)}`]));
    return { change, isStrict, needed: Infinity, isRejected: false };
  }

  async #write({ tab: which, does, isAsync, isStrict }: WriteAct, asked: Asked, from: number): Promise<void> {
    const tab = this.#tabs[which] as Database;
    const perform = (tx: Transaction, [id, body]: readonly [number, string | undefined]) => {
      if (body === undefined) tx.run('DELETE FROM notes WHERE id = ?', [id]);
      else tx.run('INSERT INTO notes (id, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body', [id, body]);
    };
    const fail = () => {
      if (does === 'fail') throw new RangeError('the app changed its mind');
    };
    const all = (tx: Transaction) => {
      for (const row of asked.change) perform(tx, row);
      fail();
    };
    const slowly = async (tx: AsyncTransaction) => {
      for (const row of asked.change) {
        await tx.transaction(async (inner) => perform(inner, row));
        await undefined;
      }
      fail();
    };
    const options = { durability: isStrict ? 'strict' : 'relaxed' } as const;
    try {
      await (isAsync ? tab.transaction(slowly, options) : tab.write(all, options));
      const { kept } = this.storage;
      asked.needed = isStrict ? flushedOf(kept, kept.length) : kept.length;
      if (isStrict && asked.change.size > 0) this.#expectFlushed('write', from);
    } catch (thrown) {
      if (!(thrown instanceof RangeError || thrown instanceof ConflictError)) throw thrown;
      asked.isRejected = true;
    }
  }

  /** A batch that came after the first `from` has to be flushed by now. */
  #expectFlushed(what: string, from: number): void {
    const { kept } = this.storage;
    if (flushedOf(kept, kept.length) <= from) this.lax.push(`a power cut takes a strict ${what}`);
  }

  async #note(from: number, before: NoteState, asked: readonly Asked[], needed: number): Promise<void> {
    const backups = (await this.#tabs[0]?.backups()) ?? [];
    this.stretches.push({ from, before, asked, after: this.#state, needed, backupIds: backups.map(({ id }) => id) });
    this.#taken.clear();
  }

  #open(migrations = NOTE_CHAIN): Promise<Database> {
    return openTestDatabase(this.storage, {
      migrations,
      upgrade: migrations.length === 1 ? 'at-open' : 'manual',
      environment: this.#environment,
    });
  }

  readonly #taken = new Set<number>();

  get #nextId(): number {
    return ++this.#ids;
  }
}
