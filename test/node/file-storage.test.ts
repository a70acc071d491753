import { mkdtemp, readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CorruptionError } from '../../src/errors/storage-error.js';
import { fileStorage } from '../../src/storage/file-storage.js';
import { testStorage } from '../storage/contract.js';

const folder = () => mkdtemp(join(tmpdir(), 'tablite-'));
const add = (n: number) => ({ durability: 'relaxed' as const, adds: [{ key: ['log', n, 0], value: n }] });
const log = { range: { from: ['log', 0], to: ['log', Number.POSITIVE_INFINITY, 0] } };

describe('fileStorage', () => {
  testStorage(async () => {
    const path = await folder();
    return { storage: fileStorage(path), reopened: () => fileStorage(path) };
  });

  it('folds its files into a snapshot, which a sleeping writer catches up with', async () => {
    const path = await folder();
    const [writer, sleeper] = [fileStorage(path), fileStorage(path)];
    await sleeper.read([log]);
    for (let n = 1; n <= 300; n++) await writer.write(add(n));
    expect((await readdir(path)).filter((file) => file.endsWith('.snapshot'))).toHaveLength(1);
    expect((await readdir(path)).length).toBeLessThan(60);
    expect((await sleeper.write(add(5))).isCommitted).toBe(false);
    expect((await sleeper.write(add(301))).isCommitted).toBe(true);
    const [values] = await fileStorage(path).read([log]);
    expect(values).toEqual(Array.from({ length: 301 }, (_, n) => n + 1));
  });

  it('goes on without a batch that a power cut tore, and keeps what it found aside', async () => {
    const path = await folder();
    const storage = fileStorage(path);
    for (let n = 1; n <= 2; n++) await storage.write(add(n));
    await truncate(join(path, '000000000002.batch'), 9);
    const after = fileStorage(path);
    expect(await after.read([log])).toEqual([[1]]);
    expect((await after.write(add(2))).isCommitted).toBe(true);
    expect(await readdir(path)).toContain('000000000002.torn');
  });

  it('reports a damaged file that others follow, and overwrites nothing', async () => {
    const path = await folder();
    const storage = fileStorage(path);
    for (let n = 1; n <= 3; n++) await storage.write(add(n));
    await writeFile(join(path, '000000000002.batch'), 'garbage');
    const before = await readdir(path);
    await expect(fileStorage(path).read([log])).rejects.toThrow(CorruptionError);
    expect(await readdir(path)).toEqual(before);
  });
});
