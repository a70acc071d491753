import { ImportError } from '../errors/database-error.js';
import type { StructureEntry } from '../migrate/structure.js';
import type { Clock, WorkerPort } from '../store/environment.js';
import type { Findings } from './examination.js';
import type { ExaminationAnswer, ExaminationRequest } from './examination-message.js';

/** Seconds that a worker has to load sql.js: it is in the cache of whoever starts one. */
const LOAD_SECONDS = 10;
/** Seconds that SQLite has for a file of the largest size, on a slow machine. */
export const EXAMINATION_SECONDS = 60;
const TICK_MS = 1000;

/** No answer: the worker failed, or its time is over. */
type Silence = { readonly answer: 'failed'; readonly reason: string } | { readonly answer: 'late' };

/** The worker that looks at one file, seen from the page. Once it has the file, whatever goes wrong is the file's fault. */
export class ExaminingWorker {
  readonly #port: WorkerPort;
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  #settle: (answer: ExaminationAnswer | Silence) => void = () => undefined;
  /** It answers nothing more. */
  #failure: Silence | undefined;

  constructor(port: WorkerPort, clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
    this.#port = port;
    this.#clock = clock;
    port.addEventListener('message', (event) => this.#settle((event as MessageEvent<ExaminationAnswer>).data));
    const fail = (event: Event) => {
      // It is told by whoever waits, and not by the page's own error handler as well.
      event.preventDefault();
      this.#failure = { answer: 'failed', reason: (event as ErrorEvent).message || 'the worker ended' };
      this.#settle(this.#failure);
    };
    port.addEventListener('messageerror', fail);
    port.addEventListener('error', fail);
  }

  /** @returns whether the worker is of use: it may be missing on the server, or forbidden. */
  async load(wasmUrl: string): Promise<boolean> {
    // A worker resolves addresses by its own.
    const base = globalThis.document?.baseURI ?? globalThis.location?.href;
    const absolute = URL.canParse(wasmUrl, base) ? new URL(wasmUrl, base).href : wasmUrl;
    const { answer } = await this.#ask({ ask: 'load', wasmUrl: absolute }, LOAD_SECONDS);
    return answer === 'loaded';
  }

  /** @param bytes Are given away. @throws {ImportError} */
  async look(bytes: Uint8Array<ArrayBuffer>, heapBytes: number): Promise<Findings> {
    const answered = await this.#ask({ ask: 'look', bytes, heapBytes }, EXAMINATION_SECONDS, [bytes.buffer]);
    if (answered.answer === 'findings') return answered.findings;
    throw refused(answered);
  }

  /** @throws {ImportError} */
  async take(dropped: readonly StructureEntry[]): Promise<Uint8Array> {
    const answered = await this.#ask({ ask: 'take', dropped }, EXAMINATION_SECONDS);
    if (answered.answer === 'image') return answered.image;
    throw refused(answered);
  }

  end(): void {
    this.#port.terminate();
  }

  #ask(request: ExaminationRequest, seconds: number, transfer: Transferable[] = []): Promise<ExaminationAnswer | Silence> {
    return new Promise((resolve) => {
      let timer: unknown;
      let ticks = 0;
      // Ticks are counted: a tab that was frozen, and its worker with it, has used one of them.
      const tick = () => {
        ticks++;
        if (ticks > seconds) this.#settle({ answer: 'late' });
        else timer = this.#clock.setTimeout(tick, TICK_MS);
      };
      this.#settle = (answer) => {
        this.#clock.clearTimeout(timer);
        this.#settle = () => undefined;
        resolve(answer);
      };
      tick();
      if (this.#failure) this.#settle(this.#failure);
      this.#port.postMessage(request, transfer);
    });
  }
}

function refused(answered: ExaminationAnswer | Silence): ImportError {
  switch (answered.answer) {
    case 'refused':
      return new ImportError(answered.code, answered.message, { foreign: answered.foreign });
    case 'late':
      return new ImportError(
        'IMPORT_TIMEOUT',
        `SQLite had not come to the end of the file after ${EXAMINATION_SECONDS} s, and was stopped. If you trust whoever made it, VACUUM it there and import it again.`,
      );
    default: {
      const reason = answered.answer === 'failed' ? answered.reason : `answered ${answered.answer}`;
      return new ImportError('IMPORT_DAMAGED', `SQLite fails on the file: ${reason}. Use another copy of it.`);
    }
  }
}
