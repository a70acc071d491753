import type { ImportErrorCode } from '../errors/database-error.js';
import type { StructureEntry } from '../migrate/structure.js';
import type { Findings } from './examination.js';

/** What the worker is asked, in this order: to load sql.js, to look at a file, and to hand it out. */
export type ExaminationRequest =
  | { readonly ask: 'load'; readonly wasmUrl: string }
  | { readonly ask: 'look'; readonly bytes: Uint8Array; readonly heapBytes: number }
  | { readonly ask: 'take'; readonly dropped: readonly StructureEntry[] };

/** What it answers, once to each request. */
export type ExaminationAnswer =
  | { readonly answer: 'loaded' }
  /** sql.js cannot be loaded there. */
  | { readonly answer: 'unfit' }
  | { readonly answer: 'findings'; readonly findings: Findings }
  | { readonly answer: 'image'; readonly image: Uint8Array }
  /** An ImportError, which loses its class on the way. */
  | { readonly answer: 'refused'; readonly code: ImportErrorCode; readonly message: string; readonly foreign: readonly string[] };
