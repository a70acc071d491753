import { firstWhere } from './bisect.js';

/** Lines and columns of the offsets of a text, both from 1. */
export class Places {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  line(offset: number): number {
    const next = firstWhere(this.#starts.length, (line) => (this.#starts[line] ?? 0) > offset);
    return next < 0 ? this.#starts.length : next;
  }

  column(offset: number): number {
    return offset - this.startOf(this.line(offset)) + 1;
  }

  /** The offset at which a line begins. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? 0;
  }
}
