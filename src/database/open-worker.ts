import type { WorkerPort } from '../store/environment.js';

/** Starts the worker that looks at a file. Undefined where there are no workers, or none may be started. */
export function openWorker(): WorkerPort | undefined {
  if (typeof Worker !== 'function') return undefined;
  try {
    // In these very words, by which bundlers know it for a worker.
    return new Worker(new URL('./examination-worker.ts', import.meta.url), { type: 'module' });
  } catch {
    // Trusted Types, or a policy of the page, refuse it.
    return undefined;
  }
}
