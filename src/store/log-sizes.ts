import { type Commit, sizeOf } from './commit.js';
import { planFold } from './fold.js';

/** How large the log is, as far as this tab knows: what decides when it is folded. */
export class LogSizes {
  #checkpointSeq = 0;
  /** The commits after `checkpointSeq` that are known here, oldest first. */
  #sizes: { seq: number; bytes: number }[] = [];
  #bytes = 0;

  /** The bytes of its pages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The commit up to which the next step folds; undefined when none is due. */
  get foldTarget(): number | undefined {
    return planFold(this.#sizes, this.#checkpointSeq);
  }

  /** Notes a commit, once, in their order. */
  note(commit: Commit): void {
    if (commit.seq <= (this.#sizes.at(-1)?.seq ?? this.#checkpointSeq)) return;
    const bytes = sizeOf(commit);
    this.#sizes.push({ seq: commit.seq, bytes });
    this.#bytes += bytes;
  }

  /** Everything up to a commit has been folded. */
  forgetFolded(checkpointSeq: number): void {
    if (checkpointSeq <= this.#checkpointSeq) return;
    this.#checkpointSeq = checkpointSeq;
    this.#sizes = this.#sizes.filter(({ seq }) => seq > this.#checkpointSeq);
    this.#bytes = this.#sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Everything was read anew. */
  begin(checkpointSeq: number, commits: readonly Commit[]): void {
    this.#checkpointSeq = checkpointSeq;
    this.#sizes = [];
    this.#bytes = 0;
    for (const commit of commits) this.note(commit);
  }
}
