import crc32 from 'crc-32';

/**
 * CRC-32 (ISO 3309) of the bytes, as an unsigned number. `previous` continues a checksum over bytes that came before.
 */
export function checksum(bytes: Uint8Array, previous = 0): number {
  return crc32.buf(bytes, previous | 0) >>> 0;
}
