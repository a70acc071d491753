/**
 * The base is kept in chunks of 32 KiB of the file: eight pages of 4,096 bytes, half a page of 65,536. Every stored value
 * stays under 64 KiB, above which Chromium keeps it in a file of its own, slower and lost first in a power cut.
 */
export const CHUNK_BYTES: number = 32 * 1024;

/** How many chunks a file of that many bytes takes. */
export function chunkCount(fileBytes: number): number {
  return Math.ceil(fileBytes / CHUNK_BYTES);
}

/** The chunks that hold any byte of a page; pages and chunks count from 0. */
export function chunksOfPage(page: number, pageSize: number): number[] {
  const first = Math.floor((page * pageSize) / CHUNK_BYTES);
  const last = Math.floor(((page + 1) * pageSize - 1) / CHUNK_BYTES);
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** The pages of a file given as its chunks in order. Where a page lies within a chunk it is a view of it, not a copy. */
export function pagesFromChunks(chunks: readonly Uint8Array[], pageSize: number, pageCount: number): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let page = 0; page < pageCount; page++) {
    const start = page * pageSize;
    const chunk = chunks[Math.floor(start / CHUNK_BYTES)];
    const within = start % CHUNK_BYTES;
    pages.push(pageSize <= CHUNK_BYTES && chunk ? chunk.subarray(within, within + pageSize) : joinPage(chunks, start, pageSize));
  }
  return pages;
}

function joinPage(chunks: readonly Uint8Array[], start: number, pageSize: number): Uint8Array {
  const page = new Uint8Array(pageSize);
  for (let offset = 0; offset < pageSize; offset += CHUNK_BYTES) {
    const chunk = chunks[(start + offset) / CHUNK_BYTES];
    if (chunk) page.set(chunk, offset);
  }
  return page;
}
