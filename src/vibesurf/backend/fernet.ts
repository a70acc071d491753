import { FernetError } from '../../errors/fernet-error.js';
import { fromPaddedBase64Url, toPaddedBase64Url } from '../../seal/base64url.js';
import { subtleCrypto } from '../../seal/cipher.js';

const VERSION = 0x80;
/** A version, a time of 64 bits, and an initialization vector: https://github.com/fernet/spec/blob/master/Spec.md */
const HEADER_BYTES = 1 + 8 + 16;
const HMAC_BYTES = 32;
const BLOCK_BYTES = 16;
/** How far in the future a token may be, for clocks that differ. */
const SKEW_SECONDS = 60;

/** A Fernet key, in a form whose bytes no script can read. */
export interface FernetKey {
  readonly signing: CryptoKey;
  readonly encryption: CryptoKey;
}

/** The key in 32 bytes of base64url. @throws {FernetError} `FERNET_KEY` {VaultError} `CRYPTO_UNAVAILABLE` */
export async function fernetKey(text: string): Promise<FernetKey> {
  const bytes = fromPaddedBase64Url(text);
  if (bytes?.length !== 32)
    throw new FernetError('FERNET_KEY', 'A Fernet key is 32 bytes in base64url, with its padding: 44 characters. This text is none.');
  const subtle = subtleCrypto();
  const [signing, encryption] = await Promise.all([
    subtle.importKey('raw', bytes.subarray(0, 16), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']),
    subtle.importKey('raw', bytes.subarray(16), 'AES-CBC', false, ['encrypt', 'decrypt']),
  ]);
  bytes.fill(0);
  return { signing, encryption };
}

export interface EncryptOptions {
  /** Milliseconds since 1970, of which the token keeps the seconds; the present by default. */
  readonly now?: number;
  /** 16 bytes that are never used twice: random ones by default, and others only for tests. */
  readonly iv?: Uint8Array<ArrayBuffer>;
}

/** A token of text, in UTF-8, or of bytes. */
export async function encryptFernet(
  key: FernetKey,
  content: string | Uint8Array<ArrayBuffer>,
  options: EncryptOptions = {},
): Promise<string> {
  const { now = Date.now(), iv = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES)) } = options;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const ciphertext = new Uint8Array(await subtleCrypto().encrypt({ name: 'AES-CBC', iv }, key.encryption, bytes));
  const signed = new Uint8Array(HEADER_BYTES + ciphertext.length);
  const view = new DataView(signed.buffer);
  view.setUint8(0, VERSION);
  view.setBigUint64(1, BigInt(Math.floor(now / 1000)));
  signed.set(iv, 9);
  signed.set(ciphertext, HEADER_BYTES);
  const hmac = new Uint8Array(await subtleCrypto().sign('HMAC', key.signing, signed));
  return toPaddedBase64Url(new Uint8Array([...signed, ...hmac]));
}

export interface DecryptOptions {
  /** Milliseconds since 1970; the present by default. */
  readonly now?: number;
  /** How old a token may be; without it, its time is not looked at. */
  readonly ttlSeconds?: number;
}

/**
 * The bytes in a token.
 *
 * @throws {FernetError} `FERNET_TOKEN` {FernetError} `FERNET_AUTHENTICITY` {FernetError} `FERNET_TIME`
 */
export async function decryptFernet(key: FernetKey, token: string, options: DecryptOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromPaddedBase64Url(token);
  const length = (bytes?.length ?? 0) - HEADER_BYTES - HMAC_BYTES;
  if (bytes?.[0] !== VERSION || length < BLOCK_BYTES || length % BLOCK_BYTES !== 0)
    throw new FernetError(
      'FERNET_TOKEN',
      'The text is not a Fernet token: version 0x80 in base64url, with whole blocks. Check that all of it was copied.',
    );
  const signed = bytes.subarray(0, -HMAC_BYTES);
  if (!(await subtleCrypto().verify('HMAC', key.signing, bytes.subarray(-HMAC_BYTES), signed))) throw inauthentic();
  refuseTime(Number(new DataView(bytes.buffer).getBigUint64(1)), options);
  try {
    const algorithm = { name: 'AES-CBC', iv: signed.subarray(9, HEADER_BYTES) };
    return new Uint8Array(await subtleCrypto().decrypt(algorithm, key.encryption, signed.subarray(HEADER_BYTES)));
  } catch (cause) {
    throw inauthentic({ cause });
  }
}

function refuseTime(madeAt: number, { now = Date.now(), ttlSeconds }: DecryptOptions): void {
  if (ttlSeconds === undefined) return;
  const seconds = Math.floor(now / 1000);
  if (madeAt + ttlSeconds < seconds)
    throw new FernetError('FERNET_TIME', `The token is older than ${ttlSeconds} seconds. Ask for a new one.`);
  if (madeAt > seconds + SKEW_SECONDS)
    throw new FernetError('FERNET_TIME', `The token is from more than ${SKEW_SECONDS} seconds in the future. Set the clocks right.`);
}

function inauthentic(options?: ErrorOptions): FernetError {
  return new FernetError(
    'FERNET_AUTHENTICITY',
    'The token was made with another key, or changed. Check which key it was made with.',
    options,
  );
}
