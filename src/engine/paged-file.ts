/** Capacity and apparent size of every file. SQLite takes the real page count from the header. */
const APPARENT_BYTES = 2 ** 40;

/** Emscripten's number for "busy". SQLite takes EIO itself for a damaged file: SQL_CORRUPT, and not the disk I/O error of SQL_IO. */
const EBUSY = 10;

/**
 * Emscripten turns a thrown object named ErrnoError into an errno, which it reads from a property whose name is minified:
 * every property but the name is the number.
 */
const ioError: object = new Proxy({}, { get: (_, key) => (key === 'name' ? 'ErrnoError' : EBUSY) });

/** A page to be put under SQLite, by number from 0. */
export type NumberedPage = readonly [page: number, bytes: Uint8Array];

/** A page that exists in storage and is not in memory. */
const ABSENT: unique symbol = Symbol('absent page');

/** A page's bytes; undefined lies past the end of the file. */
type Slot = Uint8Array | typeof ABSENT | undefined;

/** The pages that were written since the last seal, each with what it held before: enough to commit or to undo. */
export interface SealedPages {
  readonly pages: readonly NumberedPage[];
  readonly preImageByPage: ReadonlyMap<number, Slot>;
}

/**
 * A database file as sql.js sees it, made of pages that know when they are written.
 *
 * `new SQL.Database(file)` adopts this very object as the file's contents, because `slice` returns itself; from then on
 * Emscripten's in-memory file system calls only `length`, `subarray` (a read) and `set` (a write) on it. Pages count
 * from 0. A page array is never changed once it is in place, so it may be shared with whoever reads it.
 */
export class PagedFile {
  readonly pageSize: number;
  /** The absent page that the last failed read asked for. */
  fault: number | undefined;
  #slots: Slot[];
  #preImageByPage = new Map<number, Slot>();
  readonly #zeros: Uint8Array;

  /** A file of the pages given, or of those that another file has now. */
  constructor(pages: readonly Uint8Array[] | PagedFile, pageSize: number) {
    this.pageSize = pageSize;
    // A page array never changes, so the copy of another file costs one reference for each of its pages.
    this.#slots = pages instanceof PagedFile ? [...pages.#slots] : [...pages];
    this.#zeros = new Uint8Array(pageSize);
  }

  get length(): number {
    return APPARENT_BYTES;
  }

  slice(): this {
    return this;
  }

  /** A read: a view of the bytes, zeros past the end. A read of an absent page notes the fault and fails as a disk would. */
  subarray(from: number, to: number): Uint8Array {
    const page = Math.floor(from / this.pageSize);
    const start = page * this.pageSize;
    const slot = this.#slots[page];
    if (slot === ABSENT) {
      this.fault = page;
      throw ioError;
    }
    return (slot ?? this.#zeros).subarray(from - start, to - start);
  }

  /** A write: copies into the page, and keeps what it held before. */
  set(source: Uint8Array, position: number): void {
    const page = Math.floor(position / this.pageSize);
    const before = this.#slots[page];
    if (!this.#preImageByPage.has(page)) this.#preImageByPage.set(page, before);
    if (source.length === this.pageSize) {
      // sql.js hands over signed bytes: what is kept is unsigned.
      this.#slots[page] = new Uint8Array(source.buffer, source.byteOffset, source.length).slice();
      return;
    }
    const bytes = new Uint8Array(this.pageSize);
    if (before instanceof Uint8Array) bytes.set(before);
    bytes.set(source, position - page * this.pageSize);
    this.#slots[page] = bytes;
  }

  /** Whether anything was written since the last seal. */
  get isDirty(): boolean {
    return this.#preImageByPage.size > 0;
  }

  /** The bytes of a page that is in memory; undefined past the end. Never change them. */
  page(page: number): Uint8Array | undefined {
    const slot = this.#slots[page];
    return slot === ABSENT ? undefined : slot;
  }

  /** The pages that were written since the last seal. */
  dirtyPages(): NumberedPage[] {
    const pages: NumberedPage[] = [];
    for (const page of this.#preImageByPage.keys()) {
      const bytes = this.page(page);
      if (bytes) pages.push([page, bytes]);
    }
    return pages;
  }

  /** What pages are now, for `undo`. */
  preImages(pages: readonly number[]): SealedPages {
    return { pages: [], preImageByPage: new Map(pages.map((page) => [page, this.#slots[page]])) };
  }

  /** Takes the dirty pages off the file: the next write begins a new set. */
  seal(): SealedPages {
    const sealed = { pages: this.dirtyPages(), preImageByPage: this.#preImageByPage };
    this.#preImageByPage = new Map();
    return sealed;
  }

  /** Puts the pages back as they were before the sealed writes. Later writes must have been undone first. */
  undo(sealed: SealedPages): void {
    for (const [page, before] of sealed.preImageByPage) this.#slots[page] = before;
  }

  /** Puts pages of a commit made elsewhere in place; they are not dirty here. */
  apply(pages: readonly NumberedPage[]): void {
    for (const [page, bytes] of pages) this.#slots[page] = bytes;
  }

  /** Forgets the pages past the end that the header gives. */
  truncate(pageCount: number): void {
    if (this.#slots.length > pageCount) this.#slots.length = pageCount;
  }

  /** Forgets a page's bytes; a read of it is a fault until `apply` brings it back. */
  evict(page: number): void {
    this.#slots[page] = ABSENT;
  }

  /** A copy of the first `pageCount` pages as one standard SQLite file. */
  image(pageCount: number): Uint8Array<ArrayBuffer> {
    const image = new Uint8Array(pageCount * this.pageSize);
    for (let page = 0; page < pageCount; page++) {
      const bytes = this.page(page);
      if (bytes) image.set(bytes, page * this.pageSize);
    }
    return image;
  }
}
