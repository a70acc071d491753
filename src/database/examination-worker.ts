import { type OwnPort, serveExamination } from './serve-examination.js';

// The types at hand are those of a page; in a worker the global object is its port.
serveExamination(globalThis as unknown as OwnPort);
