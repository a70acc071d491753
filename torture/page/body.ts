/** The bytes that the write of an id puts into one of its parts: what is stored can be checked by making them again. */
export function bodyOf(id: number, part: number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  // Any state but 0 will do.
  let state = (Math.imul(id, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b)) >>> 0 || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // A loop: megabytes are compared at each start.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
