import { VaultError } from '../errors/seal-error.js';
import { fromBase64Url, toBase64Url } from './base64url.js';

/** 96 bits, what AES-GCM is made for: NIST SP 800-38D, 5.2.1.1. */
const IV_BYTES = 12;
const AES_KEY: AesKeyGenParams = { name: 'AES-GCM', length: 256 };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What came out of AES-GCM, both in base64url. */
export interface Ciphertext {
  readonly iv: string;
  /** With the tag of 128 bits at its end. */
  readonly ciphertext: string;
}

/** @throws {VaultError} `CRYPTO_UNAVAILABLE` */
export function subtleCrypto(): SubtleCrypto {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined)
    throw new VaultError(
      'CRYPTO_UNAVAILABLE',
      'There is no crypto.subtle here: browsers give it to pages from https and localhost only. Serve the page over https.',
    );
  return subtle;
}

/** A random id of 32 hexadecimal digits. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Texts as bytes that no other list of texts has: each after its length in bytes, as 32 bits. */
export function lengthPrefixed(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

/** A key that wraps others; it never leaves the browser's own keeping. */
export function newWrappingKey(): Promise<CryptoKey> {
  return subtleCrypto().generateKey(AES_KEY, false, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']);
}

/** A key that seals values, in the one form in which it can be wrapped. */
export function newDataKey(): Promise<CryptoKey> {
  return subtleCrypto().generateKey(AES_KEY, true, ['encrypt', 'decrypt']);
}

/** PBKDF2 with SHA-256. The text is taken in NFKC, so that all keyboards type the same one. */
export async function wrappingKeyOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const subtle = subtleCrypto();
  const bytes = encoder.encode(passphrase.normalize('NFKC'));
  const material = await subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
  bytes.fill(0);
  const usages: KeyUsage[] = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  return subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, material, AES_KEY, false, usages);
}

/** Encrypts a text under a fresh initialization vector, bound to what `bound` says. */
export async function encryptText(key: CryptoKey, text: string, bound: readonly string[]): Promise<Ciphertext> {
  const [algorithm, iv] = freshAlgorithm(bound);
  const bytes = encoder.encode(text);
  const ciphertext = await subtleCrypto().encrypt(algorithm, key, bytes);
  bytes.fill(0);
  return { iv, ciphertext: toBase64Url(new Uint8Array(ciphertext)) };
}

/** The text; undefined when it was encrypted under another key, bound to something else, or changed. */
export async function decryptText(key: CryptoKey, from: Ciphertext, bound: readonly string[]): Promise<string | undefined> {
  const read = readCiphertext(from, bound);
  if (!read) return undefined;
  const bytes = await unlessInauthentic(subtleCrypto().decrypt(read.algorithm, key, read.bytes));
  if (!bytes) return undefined;
  const text = decoder.decode(bytes);
  new Uint8Array(bytes).fill(0);
  return text;
}

/** Wraps a data key, bound to what `bound` says. */
export async function wrapKey(key: CryptoKey, under: CryptoKey, bound: readonly string[]): Promise<Ciphertext> {
  const [algorithm, iv] = freshAlgorithm(bound);
  const wrapped = await subtleCrypto().wrapKey('raw', key, under, algorithm);
  return { iv, ciphertext: toBase64Url(new Uint8Array(wrapped)) };
}

/** The data key, `extractable` only where it is to be wrapped again; undefined when this key does not open the wrap. */
export async function unwrapKey(
  from: Ciphertext,
  under: CryptoKey,
  { bound, extractable }: { bound: readonly string[]; extractable: boolean },
): Promise<CryptoKey | undefined> {
  const read = readCiphertext(from, bound);
  if (!read) return undefined;
  const usages: KeyUsage[] = ['encrypt', 'decrypt'];
  return unlessInauthentic(subtleCrypto().unwrapKey('raw', read.bytes, under, read.algorithm, AES_KEY, extractable, usages));
}

function freshAlgorithm(bound: readonly string[]): [AesGcmParams, iv: string] {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return [{ name: 'AES-GCM', iv, additionalData: lengthPrefixed(bound) }, toBase64Url(iv)];
}

function readCiphertext(
  from: Ciphertext,
  bound: readonly string[],
): { algorithm: AesGcmParams; bytes: Uint8Array<ArrayBuffer> } | undefined {
  const iv = fromBase64Url(from.iv);
  const bytes = fromBase64Url(from.ciphertext);
  if (iv?.length !== IV_BYTES || bytes === undefined) return undefined;
  return { algorithm: { name: 'AES-GCM', iv, additionalData: lengthPrefixed(bound) }, bytes };
}

/** WebCrypto says OperationError where a tag does not fit, and DataError where what was wrapped is no key. */
async function unlessInauthentic<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (thrown) {
    if (thrown instanceof Error && (thrown.name === 'OperationError' || thrown.name === 'DataError')) return undefined;
    throw thrown;
  }
}
