import { describe, expect, it } from 'vitest';
import { backendKeyOf, openBackendValue, sealBackendValue } from '../../../src/vibesurf/backend/backend-key.js';
import { decryptFernet, encryptFernet, fernetKey } from '../../../src/vibesurf/backend/fernet.js';
import { rejection } from '../../database/outcome.js';
import invalid from '../../facts/fernet/invalid.json';
import valid from '../../facts/fernet/valid.json';

const SECRET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A token that is signed rightly, whatever is in it. */
async function signed(payload: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = Uint8Array.from(atob(SECRET.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes.subarray(0, 16), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const hmac = new Uint8Array(await crypto.subtle.sign('HMAC', key, payload));
  return btoa(String.fromCharCode(...payload, ...hmac))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

describe('a token that is signed rightly', () => {
  it.each([
    ['of another version', 0x81, 16],
    ['with a part of a block', 0x80, 17],
  ])('and is %s is none', async (_, version, length) => {
    const payload = new Uint8Array(25 + length);
    payload[0] = version;
    expect(await rejection(decryptFernet(await fernetKey(SECRET), await signed(payload)))).toMatchObject({ code: 'FERNET_TOKEN' });
  });
});

describe('the published vectors', () => {
  it.each(valid)('make $token and read it', async ({ token, now, iv, ttl_sec, src, secret }) => {
    const key = await fernetKey(secret);
    expect(await encryptFernet(key, src, { now: Date.parse(now), iv: new Uint8Array(iv) })).toBe(token);
    expect(text(await decryptFernet(key, token, { now: Date.parse(now), ttlSeconds: ttl_sec }))).toBe(src);
  });

  it.each(invalid)('refuse: $desc', async ({ desc, token, now, ttl_sec, secret }) => {
    const key = await fernetKey(secret);
    const error = (await rejection(decryptFernet(key, token, { now: Date.parse(now), ttlSeconds: ttl_sec }))) as {
      name: string;
      code: string;
    };
    expect(error.name).toBe('FernetError');
    const codes: Readonly<Record<string, string>> = {
      'incorrect mac': 'FERNET_AUTHENTICITY',
      'payload padding error': 'FERNET_AUTHENTICITY',
      'incorrect IV (causes padding error)': 'FERNET_AUTHENTICITY',
      'far-future TS (unacceptable clock skew)': 'FERNET_TIME',
      'expired TTL': 'FERNET_TIME',
    };
    expect(error.code).toBe(codes[desc] ?? 'FERNET_TOKEN');
  });
});

describe('a token', () => {
  it('gives back text and bytes, and never looks twice the same', async () => {
    const key = await fernetKey(SECRET);
    for (const content of ['', 'päß 🗝️', 'x'.repeat(10_000)])
      expect(text(await decryptFernet(key, await encryptFernet(key, content)))).toBe(content);
    const bytes = new Uint8Array([0, 255, 128]);
    expect(await decryptFernet(key, await encryptFernet(key, bytes))).toEqual(bytes);
    expect(await encryptFernet(key, 'x', { now: 0 })).not.toBe(await encryptFernet(key, 'x', { now: 0 }));
  });

  it('has no age unless one is asked for, and is taken up to a minute early', async () => {
    const key = await fernetKey(SECRET);
    const token = await encryptFernet(key, 'x', { now: 1_000_000 });
    const at = (now: number, ttlSeconds?: number) => decryptFernet(key, token, ttlSeconds === undefined ? { now } : { now, ttlSeconds });
    expect(text(await at(10 ** 12))).toBe('x');
    expect(text(await at(1_060_000, 60))).toBe('x');
    expect(await rejection(at(1_061_000, 60))).toMatchObject({ code: 'FERNET_TIME' });
    expect(text(await at(940_000, 60))).toBe('x');
    expect(await rejection(at(939_000, 60))).toMatchObject({ code: 'FERNET_TIME' });
  });

  it('of another key is told from one that is none', async () => {
    const [key, other] = await Promise.all([fernetKey(SECRET), fernetKey('A'.repeat(43).concat('='))]);
    expect(await rejection(decryptFernet(other, await encryptFernet(key, 'x')))).toMatchInlineSnapshot(
      `[FernetError: The token was made with another key, or changed. Check which key it was made with.]`,
    );
    expect(await rejection(decryptFernet(key, ''))).toMatchInlineSnapshot(
      `[FernetError: The text is not a Fernet token: version 0x80 in base64url, with whole blocks. Check that all of it was copied.]`,
    );
  });
});

describe('a key', () => {
  it.each(['', SECRET.slice(0, -1), `${SECRET}=`, SECRET.replace('_', '/'), 'A'.repeat(44), 'AAAA'])('is not %j', async (secret) => {
    const error = await rejection(fernetKey(secret));
    expect(error).toMatchObject({ name: 'FernetError', code: 'FERNET_KEY' });
    if (secret !== '') expect(String(error)).not.toContain(secret);
  });
});

describe("the backend's values", () => {
  // Made by Python's cryptography, by the backend's own steps: PBKDF2HMAC, Fernet, and urlsafe_b64encode once more.
  const MACHINE = 'aa:bb:cc:dd:ee:ff';
  const STORED =
    'Z0FBQUFBQmxVX0VBR1VJT2ZHdEpLd2tVMlhPaUtaR2dyaVVCSk1RZk94dGZHTXJEcmxoVTB6azdyRmNyc2ZoRkhTeUttNG1hVnFROU1vWEdlcEVIczhjcnJpUk12Y2xpbFE9PQ==';

  it('open with the key of their machine, among the keys of others', async () => {
    const keys = await Promise.all([backendKeyOf('00:00:00:00:00:00'), backendKeyOf(MACHINE)]);
    expect(await openBackendValue(STORED, keys)).toBe('sk-päß-12345');
    expect(await openBackendValue(STORED, keys.slice(0, 1))).toBeUndefined();
    expect(await openBackendValue(STORED, [])).toBeUndefined();
  });

  it('are what we seal for the backend', async () => {
    const key = await backendKeyOf(MACHINE);
    const stored = await sealBackendValue('for the backend 🗝️', key);
    expect(stored).toMatch(/^Z0FBQUFB[\w-]+=*$/);
    expect(await openBackendValue(stored, [key])).toBe('for the backend 🗝️');
  });

  it('that are none are not opened', async () => {
    const key = await backendKeyOf(MACHINE);
    const notText = btoa(await encryptFernet(key, new Uint8Array([0xff, 0xfe])));
    for (const stored of ['', 'plain text', 'Z0FBQUFB', `${STORED}\n`, notText])
      expect(await openBackendValue(stored, [key])).toBeUndefined();
  });
});
