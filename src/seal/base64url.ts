const UNPADDED = /^[\w-]*$/;

/** Bytes in the alphabet of RFC 4648 section 5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of an unpadded text; undefined unless it is exactly what `toBase64Url` makes of them. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  // A single character left over holds no byte.
  if (!UNPADDED.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return toBase64Url(bytes) === text ? bytes : undefined;
}

/** As `toBase64Url`, padded to a multiple of four characters. */
export function toPaddedBase64Url(bytes: Uint8Array): string {
  const text = toBase64Url(bytes);
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** The bytes of a padded text; undefined unless it is exactly what `toPaddedBase64Url` makes of them. */
export function fromPaddedBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = fromBase64Url(text.replace(/={1,2}$/, ''));
  return bytes !== undefined && toPaddedBase64Url(bytes) === text ? bytes : undefined;
}
