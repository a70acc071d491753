/** A needle is found by its first bytes; all have at least as many. */
const START_BYTES = 4;

/** Bytes to look for, many at once. */
export class ByteSearch {
  readonly #needlesByStart = new Map<number, Uint8Array[]>();
  /** Whether a needle has these as the last two of its first bytes: a glance that spares the map for most of a file. */
  readonly #isPossible = new Uint8Array(2 ** 16);

  constructor(needles: Iterable<Uint8Array>) {
    for (const needle of needles) {
      const start = new DataView(needle.buffer, needle.byteOffset, START_BYTES).getUint32(0);
      const others = this.#needlesByStart.get(start);
      if (others) others.push(needle);
      else this.#needlesByStart.set(start, [needle]);
      this.#isPossible[start & 0xffff] = 1;
    }
  }

  /** Where the needles are, in order. */
  *find(bytes: Uint8Array): Generator<number, void> {
    let last = 0;
    for (let end = 0; end < bytes.length; end++) {
      last = ((last << 8) | (bytes[end] ?? 0)) >>> 0;
      if (this.#isPossible[last & 0xffff] === 0) continue;
      const start = end + 1 - START_BYTES;
      const isHere = this.#needlesByStart.get(last)?.some((needle) => isAt(bytes, needle, start));
      if (isHere && start >= 0) yield start;
    }
  }
}

function isAt(bytes: Uint8Array, needle: Uint8Array, start: number): boolean {
  for (let at = 0; at < needle.length; at++) if (bytes[start + at] !== needle[at]) return false;
  return true;
}
