import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Structure } from './structure.js';

/** 16 hexadecimal digits that are the same for equal structures: the beginning of a SHA-256 over all that is compared. */
export function fingerprint(structure: Structure): string {
  const lines = [...structure.values()].map(({ kind, table, name, text }) => JSON.stringify([kind, table, name, text]));
  return bytesToHex(sha256(utf8ToBytes(lines.sort().join('\n')))).slice(0, 16);
}
