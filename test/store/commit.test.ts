import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptionError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { type Commit, decodeLog, encodeCommit } from '../../src/store/commit.js';

const PAGE_SIZES = [512, 4096, 65_536];

const commit: fc.Arbitrary<Commit> = fc
  .record({
    pageSize: fc.constantFrom(...PAGE_SIZES),
    numbers: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 1, maxLength: 20 }),
    seed: fc.integer({ min: 0, max: 255 }),
    tables: fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 }),
    schemaVersion: fc.nat(),
  })
  .map(({ pageSize, numbers, seed, tables, schemaVersion }) => ({
    seq: 7,
    id: 'this-commit',
    tables,
    schemaVersion,
    pageSize,
    pages: numbers.map((page, at) => [page, Uint8Array.from({ length: pageSize }, (_, n) => (n * 31 + at + seed) % 256)] as const),
  }));

/** Pages by number, length and checksum: what is compared byte by byte takes vitest a second for each. */
function summary(pages: Commit['pages'] = []): unknown[] {
  return pages.map(([page, bytes]) => [page, bytes.length, checksum(bytes)]);
}

/** The parts in key order, as a storage gives them back. */
function stored(of: Commit): Record<string, unknown>[] {
  const entries = encodeCommit(of).toSorted((a, b) => Number(a.key[2]) - Number(b.key[2]));
  return structuredClone(entries.map(({ value }) => value)) as Record<string, unknown>[];
}

describe('a log record', () => {
  it('gives its commit back', () => {
    fc.assert(
      fc.property(commit, (original) => {
        const [decoded] = decodeLog(stored(original), 6);
        expect({ ...decoded, pages: summary(decoded?.pages) }).toEqual({ ...original, pages: summary(original.pages) });
      }),
      { numRuns: 50 },
    );
  });

  it('is stored in values under 64 KiB, none a view of a larger buffer, part 0 last', () => {
    fc.assert(
      fc.property(commit, (original) => {
        const entries = encodeCommit(original);
        expect(entries.at(-1)?.key).toEqual(['log', 7, 0]);
        for (const { value } of entries) {
          const { bytes, ...header } = value as { bytes: Uint8Array };
          expect(bytes.buffer.byteLength).toBe(bytes.length);
          expect(bytes.length + JSON.stringify(header).length).toBeLessThan(64 * 1024 - 1024);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is refused after any change of a byte, a field or a part', () => {
    fc.assert(
      fc.property(commit, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, where, flip) => {
        const parts = stored(original);
        const part = parts[where % parts.length] as { bytes: Uint8Array };
        const at = where % part.bytes.length;
        part.bytes[at] = (part.bytes[at] ?? 0) ^ flip;
        expect(() => decodeLog(parts, 6)).toThrow(CorruptionError);
      }),
      { numRuns: 50 },
    );
    const [original] = fc.sample(commit, { numRuns: 1, seed: 3 }) as [Commit];
    for (const field of ['id', 'tables', 'schemaVersion', 'pageSize', 'pageCount', 'checksum', 'parts', 'bytes']) {
      for (const value of [undefined, 1, 'x', ['x']]) {
        const [head, ...rest] = stored(original);
        expect(() => decodeLog([{ ...head, [field]: value }, ...rest], 6), `${field} = ${String(value)}`).toThrow(CorruptionError);
      }
    }
  });

  it('of many parts is refused when one is missing, doubled or out of its place', () => {
    const pages = Array.from({ length: 40 }, (_, page) => [page, new Uint8Array(4096).fill(page)] as const);
    const parts = stored({ seq: 7, id: 'large', tables: [], schemaVersion: 0, pageSize: 4096, pages });
    expect(parts.length).toBeGreaterThan(2);
    for (let gone = 0; gone < parts.length; gone++) expect(() => decodeLog(parts.toSpliced(gone, 1), 6)).toThrow(/log 7/);
    expect(() => decodeLog([...parts, ...parts.slice(-1)], 6)).toThrow(CorruptionError);
    expect(() => decodeLog([parts[0], parts[2], parts[1]], 6)).toThrow(CorruptionError);
  });
});

describe('the log', () => {
  const at = (seq: number): Commit => ({
    seq,
    id: `c${seq}`,
    tables: ['t'],
    schemaVersion: 1,
    pageSize: 512,
    pages: [[0, new Uint8Array(512).fill(seq)]],
  });

  it('is read in its order', () => {
    const records = [1, 2, 3].flatMap((seq) => stored(at(seq)));
    expect(decodeLog(records, 0).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('with a gap names the commit that is missing, and gives nothing behind it', () => {
    expect(() =>
      decodeLog(
        [1, 3].flatMap((seq) => stored(at(seq))),
        0,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[CorruptionError: The log has a gap: commit 2 is missing and commit 3 is there (log 2). Nothing was overwritten: copy what the storage holds before you delete the database or import a backup.]`,
    );
    expect(() => decodeLog(stored(at(2)), 0)).toThrow(CorruptionError);
  });

  it('with a record of another shape is refused', () => {
    for (const record of [null, undefined, 5, 'x', {}, { seq: 1 }, { seq: 1, part: 0, bytes: [1] }])
      expect(() => decodeLog([record], 0)).toThrow(CorruptionError);
  });
});
