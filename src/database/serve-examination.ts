import { type Engine, loadEngine } from '../engine/engine.js';
import { ImportError } from '../errors/database-error.js';
import { Examination } from './examination.js';
import type { ExaminationAnswer, ExaminationRequest } from './examination-message.js';

/** The worker's own side of its port. */
export interface OwnPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: Event) => void): void;
}

/** Answers the requests of whoever has started this worker, for one file. The worker is thrown away afterwards. */
export function serveExamination(port: OwnPort, load: (wasmUrl: string) => Promise<Engine> = loadEngine): void {
  let engine: Engine | undefined;
  let examination: Examination | undefined;
  const answer = async (request: ExaminationRequest): Promise<ExaminationAnswer> => {
    if (request.ask === 'load') {
      engine = await load(request.wasmUrl).catch(() => undefined);
      return { answer: engine ? 'loaded' : 'unfit' };
    }
    if (request.ask === 'look' && engine) {
      examination = new Examination(engine, request.bytes, request);
      return { answer: 'findings', findings: examination.look() };
    }
    if (request.ask === 'take' && examination) return { answer: 'image', image: examination.take(request.dropped) };
    return { answer: 'unfit' };
  };
  port.addEventListener('message', (event) => {
    // Only the page that started this worker has its port.
    const { data } = event as MessageEvent<ExaminationRequest>;
    void answer(data)
      .catch(refusal)
      .then((answered) => port.postMessage(answered, answered.answer === 'image' ? [answered.image.buffer] : []));
  });
}

function refusal(thrown: unknown): ExaminationAnswer {
  if (thrown instanceof ImportError) return { answer: 'refused', code: thrown.code, message: thrown.message, foreign: thrown.foreign };
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    answer: 'refused',
    code: 'IMPORT_DAMAGED',
    message: `SQLite fails on the file: ${reason}. Use another copy of it.`,
    foreign: [],
  };
}
