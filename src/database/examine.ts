import type { Engine } from '../engine/engine.js';
import type { StructureEntry } from '../migrate/structure.js';
import type { Clock, Environment } from '../store/environment.js';
import { copyOf } from './check-file.js';
import { Examination, type Findings } from './examination.js';
import { ExaminingWorker } from './examining-worker.js';

/** Says, by what the schema of a file says, what is to be dropped from it. What it throws ends the examination. */
export type Verdict = (findings: Findings) => Promise<readonly StructureEntry[]>;

export interface ExaminerParts {
  readonly engine: Engine;
  readonly environment: Pick<Environment, 'openWorker'> & { readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'> };
  readonly wasmUrl: string;
}

/** Memory that SQLite may take for a file, beside the file itself. */
const HEAP_BYTES = 256 * 2 ** 20;

/**
 * Looks at bytes with a valid header and hands them out as a whole file, without what the verdict drops.
 *
 * All that SQLite does for it, it does in a worker that is thrown away, with little memory and time. Where no worker can be had, or
 * sql.js cannot be loaded in it, it is done in the thread at hand: the same checks, and no limit to memory and time.
 *
 * @throws {ImportError}
 */
export async function examine(bytes: Uint8Array, verdict: Verdict, { engine, environment, wasmUrl }: ExaminerParts): Promise<Uint8Array> {
  const port = environment.openWorker();
  const worker = port && new ExaminingWorker(port, environment.clock);
  try {
    if (!worker || !(await worker.load(wasmUrl))) return await examineHere(bytes, verdict, engine);
    const findings = await worker.look(copyOf(bytes), HEAP_BYTES);
    return await worker.take(await verdict(findings));
  } finally {
    worker?.end();
  }
}

async function examineHere(bytes: Uint8Array, verdict: Verdict, engine: Engine): Promise<Uint8Array> {
  const examination = new Examination(engine, copyOf(bytes));
  try {
    return examination.take(await verdict(examination.look()));
  } finally {
    examination.close();
  }
}
