import { type FileHeader, readHeader } from '../page/header.js';
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
   * what is stored: behind the end of a file that was longer once, stale pages may lie. What lies behind the end here was taken
   * back, and is nothing to write: where this file ends, the other may go on.
   */
  changedPages(): NumberedPage[] {
    const { pageCount = Number.POSITIVE_INFINITY } = headerOf(this.page(0)) ?? {};
    return this.dirtyPages().filter(([page]) => page < pageCount && (page > 0 || !this.#leavesFirstPage));
  }

  /** Whether every page that was used here means the same in the other file. */
  isCurrentIn(file: PagedFile): boolean {
    const { pageCount = Number.POSITIVE_INFINITY } = this.#headerBelow ?? {};
    // Page 1 is used by everybody. Who leaves it and the free pages alone does not depend on which there are.
    const isSame = this.#leavesFirstPage && !this.#hasUsedFreePages ? isSameContent : isSamePage;
    // What was behind the end meant nothing.
    for (const [page, bytes] of this.#usedByNumber)
      if ((page === 0 || page < pageCount) && !isSame(page, bytes, file.page(page))) return false;
    return true;
  }

  get #leavesFirstPage(): boolean {
    return isSamePage(0, this.page(0), this.#usedByNumber.get(0));
  }

  /** A page that was freed and taken again leaves page 1 as it was; whoever takes one looks where their list begins. */
  get #hasUsedFreePages(): boolean {
    const { firstFreePage = 0 } = this.#headerBelow ?? {};
    return firstFreePage > 0 && this.#usedByNumber.has(firstFreePage - 1);
  }

  get #headerBelow(): FileHeader | undefined {
    return headerOf(this.#usedByNumber.get(0));
  }

  #note(position: number): void {
    const page = Math.floor(position / this.pageSize);
    // SQLite writes pages at COMMIT only, once: the first use is of the page as it was below.
    if (!this.#usedByNumber.has(page)) this.#usedByNumber.set(page, this.page(page));
  }
}

function headerOf(firstPage: Uint8Array | undefined): FileHeader | undefined {
  return firstPage && readHeader(firstPage);
}
