import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultDatabaseUrl, parseDatabaseUrl } from '../../src/vibesurf/database-url.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a database address', () => {
  it('says the kind of storage and a name', () => {
    const urls = ['idb:vibesurf', 'IDB:a b:c', 'memory:', 'memory:mine', 'file:data/vibesurf', 'file:/var/data', 'file:///var/my%20data'];
    expect(urls.map(parseDatabaseUrl)).toEqual([
      { kind: 'idb', name: 'vibesurf' },
      { kind: 'idb', name: 'a b:c' },
      { kind: 'memory', name: 'memory' },
      { kind: 'memory', name: 'mine' },
      { kind: 'file', name: 'data/vibesurf', path: 'data/vibesurf' },
      { kind: 'file', name: '/var/data', path: '/var/data' },
      { kind: 'file', name: '/var/my data', path: '/var/my data' },
    ]);
  });

  it('that cannot be read is refused with what is possible', () => {
    for (const url of ['', 'vibesurf', '/var/data', 'idb:', 'file:', 'file://host/data', 'file:///', 'file:///%ff', 'idb:a\0b']) {
      expect(() => parseDatabaseUrl(url), url).toThrowError(
        expect.objectContaining({ code: 'DATABASE_URL', message: expect.stringContaining('idb:name') }),
      );
    }
    // @ts-expect-error An address is a text.
    expect(() => parseDatabaseUrl(undefined)).toThrowError(expect.objectContaining({ code: 'DATABASE_URL' }));
  });

  it('of another engine is refused with what is possible instead, without the password in it', () => {
    for (const url of ['postgresql://user:geheim@host/db', 'mysql+aiomysql://user:geheim@host/db']) {
      expect(() => parseDatabaseUrl(url)).toThrowError(
        expect.objectContaining({ code: 'DATABASE_ENGINE', message: expect.not.stringContaining('geheim') }),
      );
    }
    expect(() => parseDatabaseUrl('sqlite+aiosqlite:///data/vibe_surf.db')).toThrowError(/importBackend/);
  });

  it('comes from the environment, or is the embedded one', () => {
    vi.stubEnv('VITE_VIBESURF_DATABASE_URL', '');
    expect(defaultDatabaseUrl()).toBe('idb:vibesurf');
    vi.stubEnv('VITE_VIBESURF_DATABASE_URL', 'memory:mine');
    expect(defaultDatabaseUrl()).toBe('memory:mine');
  });
});
