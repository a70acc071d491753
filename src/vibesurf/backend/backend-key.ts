import { FernetError } from '../../errors/fernet-error.js';
import { fromPaddedBase64Url, toPaddedBase64Url } from '../../seal/base64url.js';
import { subtleCrypto } from '../../seal/cipher.js';
import { decryptFernet, encryptFernet, type FernetKey, fernetKey } from './fernet.js';

// What the backend has: neither is ours to choose. A key that is made of these is as secret as the machine's id, and no more.
const SALT = 'vibesurf_warmshao_2025';
const ROUNDS = 100_000;

const MAC_ADDRESS = /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i;

/** The id as the backend has it: a MAC address in lower case and with colons, any other text as it is. */
export function machineIdOf(text: string): string {
  const id = text.trim();
  return MAC_ADDRESS.test(id) ? id.toLowerCase().replaceAll('-', ':') : id;
}

/** The key with which the backend encrypts on the machine of that id: its MAC address, or the id it keeps in place of one. */
export async function backendKeyOf(machineId: string): Promise<FernetKey> {
  const encoder = new TextEncoder();
  const subtle = subtleCrypto();
  const material = await subtle.importKey('raw', encoder.encode(machineId), 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: encoder.encode(SALT), iterations: ROUNDS };
  return fernetKey(toPaddedBase64Url(new Uint8Array(await subtle.deriveBits(algorithm, material, 256))));
}

/** The text of a value as the backend stores it; undefined when none of the keys opens it. */
export async function openBackendValue(stored: string, keys: readonly FernetKey[]): Promise<string | undefined> {
  const token = fromPaddedBase64Url(stored);
  if (!token) return undefined;
  for (const key of keys) {
    try {
      const bytes = await decryptFernet(key, String.fromCharCode(...token));
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (thrown) {
      // Bytes that are no text are a TypeError: the backend stores none.
      if (!(thrown instanceof FernetError) && !(thrown instanceof TypeError)) throw thrown;
    }
  }
  return undefined;
}

/** A text as the backend stores it: a Fernet token, in base64url once more. */
export async function sealBackendValue(text: string, key: FernetKey): Promise<string> {
  return toPaddedBase64Url(new TextEncoder().encode(await encryptFernet(key, text)));
}
