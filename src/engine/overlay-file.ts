import { isSameContent, isSamePage } from '../page/page.js';
import { type NumberedPage, PagedFile } from './paged-file.js';

/**
 * A private, writable view of another file as it is now. What is written to either later does not show in the other.
 *
 * It remembers each page that was used and what that page was in the file below. While these are the same there, whatever
 * was done here would come out the same if it were done there: that is what makes a transaction serializable.
 */
export class OverlayFile extends PagedFile {
  readonly #usedByNumber = new Map<number, Uint8Array | undefined>();

  constructor(below: PagedFile) {
    super(below, below.pageSize);
  }

  override subarray(from: number, to: number): Uint8Array {
    this.#note(from);
    return super.subarray(from, to);
  }

  override set(source: Uint8Array, position: number): void {
    this.#note(position);
    super.set(source, position);
  }

  /**
   * The pages to write to a file that is current, for it to be as this one is. That a page looks as it did before says nothing of
   * what is stored: behind the end of a file that was longer once, stale pages may lie.
   */
  changedPages(): NumberedPage[] {
    return this.dirtyPages().filter(([page]) => page > 0 || !this.#leavesFirstPage);
  }

  /** Whether every page that was used here means the same in the other file. */
  isCurrentIn(file: PagedFile): boolean {
    // Page 1 is used by everybody. Who does not change it takes and frees no page, and does not depend on how many there are.
    const isSame = this.#leavesFirstPage ? isSameContent : isSamePage;
    for (const [page, bytes] of this.#usedByNumber) if (!isSame(page, bytes, file.page(page))) return false;
    return true;
  }

  get #leavesFirstPage(): boolean {
    return isSamePage(0, this.page(0), this.#usedByNumber.get(0));
  }

  #note(position: number): void {
    const page = Math.floor(position / this.pageSize);
    // SQLite writes pages at COMMIT only, once: the first use is of the page as it was below.
    if (!this.#usedByNumber.has(page)) this.#usedByNumber.set(page, this.page(page));
  }
}
