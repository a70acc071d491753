import { describe, expect, it } from 'vitest';
import { serveExamination } from '../../src/database/serve-examination.js';
import { type Database, EngineError, memoryStorage, type WorkerPort } from '../../src/index.js';
import { engine } from '../engine/open-connection.js';
import { ManualClock, noChannels } from '../store/fakes.js';
import { counterOf, openTestDatabase } from './open-test-database.js';
import { outcome } from './outcome.js';
import { counterFile, fileOf } from './sqlite-file.js';

type Request = { readonly ask: 'load' | 'look' | 'take' };

/** A worker of this thread: what it is asked and answers goes over a channel, and a test may take a request away from it. */
class FakeWorker implements WorkerPort {
  readonly asked: string[] = [];
  isTerminated = false;
  /** Sees what the page has been answered. */
  onAnswer: (answer: { readonly answer: string }) => void = () => undefined;
  readonly #channel = new MessageChannel();
  readonly #events = new EventTarget();
  readonly #onRequest: (request: Request, worker: FakeWorker) => boolean;

  /** @param onRequest Whether the worker is to get the request. */
  constructor(onRequest: (request: Request, worker: FakeWorker) => boolean = () => true, load = () => Promise.resolve(engine)) {
    this.#onRequest = onRequest;
    const { port1, port2 } = this.#channel;
    serveExamination(port2, load);
    port2.start();
    port1.addEventListener('message', ({ data }) => {
      this.#events.dispatchEvent(new MessageEvent('message', { data }));
      this.onAnswer(data);
    });
    port1.start();
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    const request = message as Request;
    this.asked.push(request.ask);
    if (this.#onRequest(request, this)) this.#channel.port1.postMessage(message, transfer);
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#events.addEventListener(type, listener);
  }

  fail(message: string): void {
    this.#events.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }

  terminate(): void {
    this.isTerminated = true;
    this.#channel.port1.close();
  }
}

async function openWith(worker: FakeWorker, clock = new ManualClock()): Promise<{ database: Database; clock: ManualClock }> {
  const environment = { openChannel: noChannels, openWorker: () => worker, clock };
  const storage = memoryStorage();
  // Its chain has run before: opening may wait for the clock then.
  await (await openTestDatabase(storage)).close();
  return { database: await openTestDatabase(storage, { environment }), clock };
}

describe('the worker of an import', () => {
  it('loads sql.js, looks at the file, hands it out, and is thrown away', async () => {
    const worker = new FakeWorker();
    const { database, clock } = await openWith(worker);
    const file = counterFile(42, 'PRAGMA auto_vacuum = FULL');
    expect(await outcome(database.import(file), clock)).toBeUndefined();
    expect([counterOf(database), file.length > 0]).toEqual([42, true]);
    expect(worker.asked).toEqual(['load', 'look', 'take']);
    expect(worker.isTerminated).toBe(true);
  });

  it('gets no more than the bytes of the file', async () => {
    let bytes = 0;
    const worker = new FakeWorker((request) => {
      if (request.ask === 'look') bytes = (request as Request & { bytes: Uint8Array }).bytes.buffer.byteLength;
      return true;
    });
    const { database, clock } = await openWith(worker);
    const file = counterFile(42);
    const within = new Uint8Array(file.length + 10_000);
    within.set(file, 5000);
    expect(await outcome(database.import(within.subarray(5000, 5000 + file.length)), clock)).toBeUndefined();
    expect(bytes).toBe(file.length);
    expect(within.length).toBe(file.length + 10_000);
  });

  it('says what is wrong with a file as the thread at hand does', async () => {
    for (const [file, code] of [
      [fileOf('CREATE TABLE counters (id, value); CREATE VIEW v AS SELECT 1; PRAGMA user_version = 1'), 'IMPORT_FOREIGN'],
      [counterFile(1).fill(7, 4096), 'IMPORT_DAMAGED'],
      [counterFile(1).fill(7, 100, 120), 'IMPORT_DAMAGED'],
    ] as const) {
      const worker = new FakeWorker();
      const [there, here] = [await openWith(worker), await openTestDatabase()];
      const [found, expected] = [await outcome(there.database.import(file), there.clock), await here.import(file).catch((error) => error)];
      expect(found).toMatchObject({ name: 'ImportError', code, message: expected.message, foreign: expected.foreign });
      expect([counterOf(there.database), worker.isTerminated]).toEqual([0, true]);
    }
  });

  it.each(['look', 'take'])('is ended when SQLite does not come to an end (%s)', async (ask) => {
    const worker = new FakeWorker((request) => request.ask !== ask);
    const { database, clock } = await openWith(worker);
    expect(await outcome(database.import(counterFile(42)), clock)).toMatchObject({ name: 'ImportError', code: 'IMPORT_TIMEOUT' });
    expect([counterOf(database), worker.isTerminated]).toEqual([0, true]);
  });

  it.each(['look', 'take'])('that dies of the file does not hand the file to the page (%s)', async (ask) => {
    const worker = new FakeWorker((request, self) => {
      if (request.ask === ask) self.fail('RangeError: out of memory');
      return request.ask !== ask;
    });
    const { database, clock } = await openWith(worker);
    const error = await outcome(database.import(counterFile(42)), clock);
    expect(error).toMatchObject({ name: 'ImportError', code: 'IMPORT_DAMAGED', message: expect.stringContaining('out of memory') });
    expect([counterOf(database), worker.isTerminated]).toEqual([0, true]);
  });

  it('that dies between two requests is not waited for', async () => {
    const worker = new FakeWorker();
    worker.onAnswer = ({ answer }) => {
      if (answer === 'findings') worker.fail('gone');
    };
    const { database, clock } = await openWith(worker);
    expect(await outcome(database.import(counterFile(1)), clock)).toMatchObject({
      code: 'IMPORT_DAMAGED',
      message: expect.stringContaining('gone'),
    });
  });

  it.each([
    ['has no sql.js', () => new FakeWorker(undefined, () => Promise.reject(new EngineError('ENGINE_LOAD', 'no')))],
    [
      'cannot be loaded',
      () =>
        new FakeWorker((_, self) => {
          self.fail('');
          return false;
        }),
    ],
    ['does not answer', () => new FakeWorker(() => false)],
  ])('that %s is done without: the file is looked at here', async (_, open) => {
    const worker = open();
    const { database, clock } = await openWith(worker);
    expect(await outcome(database.import(counterFile(42)), clock)).toBeUndefined();
    expect([counterOf(database), worker.asked, worker.isTerminated]).toEqual([42, ['load'], true]);
  });
});
