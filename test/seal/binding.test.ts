import { describe, expect, it } from 'vitest';
import { lengthPrefixed } from '../../src/seal/cipher.js';
import { type Place, SealedValue } from '../../src/seal.js';
import { rejection } from '../database/outcome.js';
import { newBrowser, openUnlocked, placeOf } from './open-test-vault.js';

const { vault } = await openUnlocked(newBrowser());

describe('a sealed value', () => {
  it('opens nowhere but at its place', async () => {
    const place: Place = { table: 'ab', column: 'c', primaryKey: 1 };
    const sealed = await vault.seal('x', place);
    const elsewhere: Place[] = [
      { ...place, primaryKey: 2 },
      { ...place, primaryKey: '1' },
      { ...place, primaryKey: 1.5 },
      { ...place, table: 'abc' },
      { ...place, column: 'd' },
      { table: 'a', column: 'bc', primaryKey: 1 },
    ];
    for (const other of elsewhere)
      expect(await rejection(vault.open(sealed, other))).toMatchObject({ name: 'SealError', code: 'SEAL_TAMPERED' });
  });

  it('is bound to each part of its place by itself, wherever one ends and the next begins', async () => {
    const sealed = await vault.seal('x', { table: 'ab', column: 'c', primaryKey: '1' });
    for (const [table, column] of [
      ['a', 'bc'],
      ['abc', 'text1'],
    ] as const)
      expect(await rejection(vault.open(sealed, { table, column, primaryKey: '1' }))).toMatchObject({ code: 'SEAL_TAMPERED' });
    expect(lengthPrefixed(['ab', 'c'])).not.toEqual(lengthPrefixed(['a', 'bc']));
    expect(lengthPrefixed(['ab', ''])).not.toEqual(lengthPrefixed(['a', 'b']));
    expect([...lengthPrefixed(['é', ''])]).toEqual([0, 0, 0, 2, 0xc3, 0xa9, 0, 0, 0, 0]);
  });

  it('opens at its place in whatever case SQL names it, and for one number of whatever type', async () => {
    const sealed = await vault.seal('x', { table: 'Keys', column: 'Secret', primaryKey: 5 });
    expect(await vault.open(sealed, { table: 'KEYS', column: 'secret', primaryKey: 5n })).toBe('x');
  });

  it('tells a change from a key that is not there, and from what no vault made', async () => {
    const text = SealedValue.textOf(await vault.seal('x', placeOf(1)));
    const [label, keyId, iv, ciphertext] = text.split(':') as [string, string, string, string];
    const other = (part: string) => (part.startsWith('A') ? `B${part.slice(1)}` : `A${part.slice(1)}`);
    const code = async (changed: string) =>
      ((await rejection(vault.open(SealedValue.fromText(changed), placeOf(1)))) as { code: string }).code;
    expect(await code([label, keyId, iv, other(ciphertext)].join(':'))).toBe('SEAL_TAMPERED');
    expect(await code([label, keyId, other(iv), ciphertext].join(':'))).toBe('SEAL_TAMPERED');
    expect(await code([label, keyId, iv, ciphertext.slice(0, -1)].join(':'))).toBe('SEAL_TAMPERED');
    expect(await code([label, '0'.repeat(32), iv, ciphertext].join(':'))).toBe('SEAL_KEY_UNKNOWN');
    for (const foreign of ['', 'gAAAAABl', text.toUpperCase(), `${text}=`, `${text}\n`]) expect(await code(foreign)).toBe('SEAL_FOREIGN');
  });

  it('of another vault is not opened', async () => {
    const other = await openUnlocked(newBrowser());
    const sealed = await other.vault.seal('x', placeOf(1));
    expect(await rejection(vault.open(sealed, placeOf(1)))).toMatchInlineSnapshot(
      `[SealError: A value of credentials.secret was sealed with a data key that this vault does not have: it comes from another database, or from before a rotation. Enter the secret again.]`,
    );
  });

  it('that does not open names its place, and its primary key in no message', async () => {
    const sealed = await vault.seal('x', placeOf('ada@example.org'));
    const error = await rejection(vault.open(sealed, placeOf('eve@example.org')));
    expect(error).toMatchObject({ table: 'credentials', column: 'secret', primaryKey: 'eve@example.org' });
    expect(error).toMatchInlineSnapshot(
      `[SealError: A value of credentials.secret does not authenticate: it was changed, or comes from another row. Enter the secret again.]`,
    );
  });
});
