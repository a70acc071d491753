/** Typed arrays that records hold, by name. */
const ARRAYS = { Uint8Array, Uint32Array, Float64Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** Stands in the JSON for a typed array: its type, where its bytes begin, and how many elements it has. */
const PLACEHOLDER = '\0array';
const LENGTH_BYTES = 4;

/**
 * A record as bytes: the length of its JSON in bytes (32 bits, little-endian), the JSON, and then the bytes of its typed arrays,
 * each at a multiple of 8.
 */
export function encodeRecord(record: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = [];
  let size = 0;
  const json = JSON.stringify(record, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const placeholder = { [PLACEHOLDER]: [value.constructor.name, size, (value as Uint8Array).length] };
    arrays.push(bytes);
    size += aligned(bytes.length);
    return placeholder;
  });
  const head = new TextEncoder().encode(json);
  const start = aligned(LENGTH_BYTES + head.length);
  const encoded = new Uint8Array(start + size);
  new DataView(encoded.buffer).setUint32(0, head.length, true);
  encoded.set(head, LENGTH_BYTES);
  let at = start;
  for (const bytes of arrays) {
    encoded.set(bytes, at);
    at += aligned(bytes.length);
  }
  return encoded;
}

/** The record of `encodeRecord`. Bytes that are cut off or damaged throw. */
export function decodeRecord(buffer: ArrayBuffer): unknown {
  const length = new DataView(buffer).getUint32(0, true);
  const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(buffer, LENGTH_BYTES, length));
  const start = aligned(LENGTH_BYTES + length);
  return JSON.parse(json, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !(PLACEHOLDER in value)) return value;
    const [name, offset, count] = value[PLACEHOLDER] as [ArrayName, number, number];
    return new ARRAYS[name](buffer, start + offset, count);
  });
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
