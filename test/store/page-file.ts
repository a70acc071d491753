import type { NumberedPage } from '../../src/engine/paged-file.js';
import { readHeader } from '../../src/page/header.js';
import type { Commit } from '../../src/store/commit.js';
import { engine } from '../engine/open-connection.js';

let ids = 0;

/** A file made of pages that say which commit wrote them: enough of a database for the log, which knows nothing of SQLite. */
export class PageFile {
  readonly pageSize: number;
  seq = 0;
  #pages: Uint8Array[] = [];

  constructor(pageSize: number, pageCount: number) {
    this.pageSize = pageSize;
    this.#resize(pageCount, 0);
  }

  /** The file at a commit, made of pages that were read: as many as the first of them says. */
  static of(pageSize: number, seq: number, pages: readonly Uint8Array[]): PageFile {
    const file = new PageFile(pageSize, 1);
    file.seq = seq;
    file.#pages = pages.slice(0, readHeader(pages[0] ?? new Uint8Array(0))?.pageCount);
    return file;
  }

  get pages(): readonly Uint8Array[] {
    return this.#pages;
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  get image(): Uint8Array {
    const image = new Uint8Array(this.pageCount * this.pageSize);
    this.#pages.forEach((bytes, page) => {
      image.set(bytes, page * this.pageSize);
    });
    return image;
  }

  /** The next commit: writes pages, and makes the file as long as `pageCount` says. It counts once `accept` is called. */
  next(pages: readonly number[], pageCount: number = this.pageCount): { commit: Commit; accept: () => void } {
    const after = new PageFile(this.pageSize, 1);
    after.#pages = [...this.#pages];
    const seq = this.seq + 1;
    after.#resize(pageCount, seq);
    for (const page of pages) if (page < pageCount) after.#write(page, seq);
    const written = [...after.#pages.entries()].filter(([page, bytes]) => bytes !== this.#pages[page]);
    return {
      commit: commitOf(seq, this.pageSize, written),
      accept: () => {
        this.seq = seq;
        this.#pages = after.#pages;
      },
    };
  }

  #resize(pageCount: number, seq: number): void {
    const before = this.#pages.length;
    this.#pages.length = Math.min(before, pageCount);
    for (let page = this.#pages.length; page < pageCount; page++) this.#write(page, seq);
    if (pageCount !== before) this.#write(0, seq, pageCount);
  }

  #write(page: number, seq: number, pageCount = this.pageCount): void {
    const bytes = new Uint8Array(this.pageSize).fill((seq * 31 + page) % 251);
    new DataView(bytes.buffer).setFloat64(this.pageSize - 8, seq);
    if (page === 0) {
      bytes.set(engine.emptyImage.subarray(0, 100));
      const view = new DataView(bytes.buffer);
      view.setUint16(16, this.pageSize === 65_536 ? 1 : this.pageSize);
      view.setUint32(28, pageCount);
    }
    this.#pages[page] = bytes;
  }
}

export function commitOf(seq: number, pageSize: number, pages: readonly NumberedPage[]): Commit {
  return { seq, id: `commit-${++ids}`, tables: ['t'], schemaVersion: 0, pageSize, pages };
}
