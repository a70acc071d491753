/** The part of `crypto` that an id needs. Pages that are not a secure context have no `randomUUID`. */
export interface RandomSource {
  readonly getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;
  readonly randomUUID?: () => string;
}

/** A random UUID, version 4: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4 */
export function newUuid(source: RandomSource = platformSource()): string {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function platformSource(): RandomSource {
  const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
  return typeof crypto.randomUUID === 'function' ? { getRandomValues, randomUUID: () => crypto.randomUUID() } : { getRandomValues };
}
