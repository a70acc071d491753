import { UsageError } from '../errors/database-error.js';
import { SealError } from '../errors/seal-error.js';
import { decryptText, encryptText } from './cipher.js';
import { type Place, placeParts } from './place.js';
import { SealedValue } from './sealed-value.js';

/** The data key of a vault, and what a value that it seals is bound to besides its place. */
export interface SealingKey {
  readonly vaultId: string;
  readonly keyId: string;
  readonly key: CryptoKey;
}

/** @throws {UsageError} for a place that names no row, and for text that UTF-8 cannot hold. */
export async function sealText(sealing: SealingKey, text: string, place: Place): Promise<SealedValue> {
  if (typeof text !== 'string' || !text.isWellFormed())
    throw new UsageError('A secret is to be a text without lone surrogates. Of bytes, seal the text that stands for them.');
  const { iv, ciphertext } = await encryptText(sealing.key, text, boundOf(sealing, place));
  return SealedValue.fromText(`sealed1:${sealing.keyId}:${iv}:${ciphertext}`);
}

/** @throws {SealError} `SEAL_TAMPERED` {SealError} `SEAL_FOREIGN` {UsageError} */
export async function openText(sealing: SealingKey, value: SealedValue, place: Place): Promise<string> {
  const text = await decryptText(sealing.key, partsToOpen(value, place), boundOf(sealing, place));
  if (text !== undefined) return text;
  throw inauthentic(place);
}

/** The parts of a value of a vault. @throws {SealError} `SEAL_FOREIGN` {UsageError} */
export function partsToOpen(value: SealedValue, place: Place): NonNullable<ReturnType<typeof SealedValue.partsOf>> {
  if (!(value instanceof SealedValue))
    throw new UsageError('open() takes a SealedValue. Of what a column holds: SealedValue.fromText(text).');
  const parts = SealedValue.partsOf(value);
  if (parts) return parts;
  throw new SealError(
    'SEAL_FOREIGN',
    `A value of ${place.table}.${place.column} was not sealed by a vault. Open it with what made it, or enter the secret again.`,
    place,
  );
}

export function inauthentic(place: Place): SealError {
  return new SealError(
    'SEAL_TAMPERED',
    `A value of ${place.table}.${place.column} does not authenticate: it was changed, or comes from another row. Enter the secret again.`,
    place,
  );
}

export function unknownKey(place: Place): SealError {
  return new SealError(
    'SEAL_KEY_UNKNOWN',
    `A value of ${place.table}.${place.column} was sealed with a data key that this vault does not have: it comes from another database, or from before a rotation. Enter the secret again.`,
    place,
  );
}

function boundOf({ vaultId, keyId }: SealingKey, place: Place): string[] {
  return ['tablite sealed 1', vaultId, keyId, ...placeParts(place)];
}
